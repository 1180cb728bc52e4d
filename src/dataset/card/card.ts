/**
 * The dataset card: a README.md with front matter for Hugging Face, and a description of the contents, the recipe and how
 * to load the dataset.
 * @module
 */
import { stringify } from 'yaml';
import { photographsOf } from '../../splits/names.js';
import { type ColumnType, metadataColumns } from '../ledger/metadata-row.js';
import type { ItemRecord } from '../ledger/record.js';
import { type Counts, inLoaderOrder } from '../ledger/tally.js';
import { counted, madeBy } from '../made-by.js';
import type { DatasetSummary } from '../summary.js';
import { labelsTable } from './labels-table.js';
import { loadingGuide, mainSplit, splitIdentifier } from './loading-guide.js';

/** The input for a card. */
export interface CardFacts {
  /** Title. */
  readonly name: string;
  readonly summary: DatasetSummary;
  /** A few stylized records, shown as examples. */
  readonly sample: readonly ItemRecord[];
  /** A Hugging Face license identifier, such as `cc0-1.0`. */
  readonly license?: string;
}

const dtypes: Readonly<Record<ColumnType, string>> = {
  string: 'string',
  integer: 'int64',
  number: 'float64',
};

/** Returns the text of a dataset's README.md. */
export function datasetCard(facts: CardFacts): string {
  const { name, summary } = facts;
  const { methods, about } = madeBy(summary);
  return [
    `---\n${stringify(frontMatter(facts))}---`,
    `# ${cell(name)}`,
    partialNote(summary),
    `${sentence(summary)} Created by wildstyle ${summary.wildstyle} with ${methods}: ${about}.`,
    licenseNote(facts.license, summary.counts.licenses),
    `## Contents\n\n${countsTable(summary)}`,
    labelsNote(summary),
    `## Recipe\n\n${recipeBlock(summary)}`,
    sampleTable(facts.sample),
    `## Columns\n\nEach split has a \`metadata.jsonl\` with one row per image:\n\n${columnsTable()}\n\n\`manifest.jsonl\` has one record per item, including failed ones: digests of the image and its sources, all parameters, network, engine and loss curve. \`dataset.json\` has the job, the counts and the digests. \`wildstyle verify\` checks every file against them.`,
    `## Splits\n\n${splitsNote(summary)}`,
    `## How to load it\n\n${loadingGuide(summary)}`,
  ]
    .filter((part) => part !== '')
    .join('\n\n')
    .concat('\n');
}

function frontMatter({ name, summary, license }: CardFacts): object {
  const splits = Object.keys(summary.counts.splits);
  return {
    pretty_name: summary.status === 'partial' ? `${name} (not complete)` : name,
    ...(license && { license }),
    task_categories: ['image-classification'],
    tags: [
      ...(madeBy(summary).hasStyle ? ['style-transfer'] : []),
      'data-augmentation',
      'synthetic',
      'wildstyle',
    ],
    configs: splits.map((split) => configOf(summary, split, splits.length === 1)),
  };
}

/**
 * A configuration of Hugging Face `datasets` for each split, because it refuses splits in whose metadata other columns are
 * empty, as those of only originals.
 */
function configOf(summary: DatasetSummary, split: string, isOnly: boolean): object {
  const name = splitIdentifier(split);
  return {
    config_name: isOnly ? 'default' : name,
    ...(!isOnly && split === mainSplit(summary) && { default: true }),
    data_files: [{ split: name, path: `${split}/**` }],
    // Not under `dataset_info`, which the folder builders of `datasets` ignore.
    features: features(presentClasses(summary)),
  };
}

/** Returns the classes that have images, so that labels get the same numbers as in folder loaders. */
function presentClasses({ counts }: DatasetSummary): string[] {
  const present = Object.entries(counts.classes).filter(([, c]) => c.stylized + c.originals > 0);
  return inLoaderOrder(present.map(([name]) => name));
}

function features(classes: readonly string[]): object[] {
  const names = Object.fromEntries(classes.map((name, index) => [String(index), name]));
  return [
    { name: 'image', dtype: 'image' },
    ...metadataColumns.map(({ name, type }) =>
      name === 'label' && classes.length > 0
        ? { name, dtype: { class_label: { names } } }
        : { name, dtype: dtypes[type] },
    ),
  ];
}

/** Says at the top that a dataset is not complete: nothing else tells those who load it. */
function partialNote({ counts, status }: DatasetSummary): string {
  if (status === 'complete') return '';
  const share = `${counts.complete} of ${counts.items} images`;
  return `> **This dataset is not complete.** It has ${share}; run the job again to continue. Images are made in an order in which every part resembles the whole: classes, styles and originals have the same shares as in the plan. \`status\` in \`dataset.json\` turns from \`partial\` to \`complete\` with the last image.`;
}

function sentence({ counts, status }: DatasetSummary): string {
  const classes = Object.keys(counts.classes).length;
  const images = `${counted(counts.stylized, 'stylized image')}${counts.originals > 0 ? ` and ${counted(counts.originals, 'original')}` : ''}`;
  const where = classes > 0 ? ` in ${counted(classes, 'class', 'classes')}` : '';
  const partial = status === 'partial' ? ` (${counts.pending} more are planned but not made yet)` : '';
  return `${images}${where}${partial}.`;
}

function licenseNote(license: string | undefined, counts: Counts['licenses'] = []): string {
  const note = license
    ? `License: ${license}.`
    : 'License: not specified. The images are derived from the content and style images, whose licenses apply.';
  if (counts.length === 0) return note;
  const rows = counts.map(({ role, license, images }) => [
    `${role} images`,
    license ?? '**none on record**',
    images,
  ]);
  return `${note} The columns \`content_license\`, \`content_author\`, \`style_license\` and \`style_author\` have those of each image.\n\n${table(['sources', 'license', 'images'], rows)}`;
}

function countsTable({ counts }: DatasetSummary): string {
  const rows = inLoaderOrder(Object.keys(counts.classes)).map((name) => {
    const { stylized, originals, failed } = counts.classes[name];
    return [cell(name), stylized, originals, failed];
  });
  const total = ['**all**', counts.stylized, counts.originals, counts.failed];
  const { 'label-lost': dropped = 0, ...failures } = counts.errors;
  const errors = Object.entries(failures).map(([code, count]) => `${count} \`${code}\``);
  return [
    table(['class', 'stylized', 'originals', dropped > 0 ? 'missing' : 'failed'], [...rows, total]),
    ...(errors.length > 0 ? [`Failures by code: ${errors.join(', ')}.`] : []),
    ...(dropped > 0
      ? [
          `${counted(dropped, 'image')} no longer showed the class and ${dropped === 1 ? 'was' : 'were'} left out, as the job says (\`label-lost\`).`,
        ]
      : []),
  ].join('\n\n');
}

function splitsNote({ counts, job }: DatasetSummary): string {
  const warning =
    'Do not split it at random: every photograph has several images here, and a model would be tested on photographs that it was trained on. Images of one photograph have the same `group`.';
  const isSplit = typeof job.split === 'object' && job.split !== null;
  if (!isSplit) return warning;
  const sets = Object.keys(counts.splits).filter((name) => photographsOf(name) !== name);
  const twins = sets.map(
    (name) => `\`${name}\` has the photographs of \`${photographsOf(name)}\`, stylized.`,
  );
  const rows = Object.entries(counts.splits).map(([name, images]) => [`\`${name}\``, images]);
  return [
    table(['split', 'images'], rows),
    `The photographs were divided before any was stylized, so that no group is in two splits; \`wildstyle verify --leaks\` checks this. ${[...twins, warning].join(' ')}`,
  ].join('\n\n');
}

function labelsNote({ counts: { gate } }: DatasetSummary): string {
  return gate ? `## Labels\n\n${labelsTable(gate, table, cell)}` : '';
}

function recipeBlock({ job, earlierJobs }: DatasetSummary): string {
  const { seed, sampling, recipe } = job;
  const shown = Object.entries({ seed, sampling, recipe }).filter(([, value]) => value !== undefined);
  if (shown.length === 0) return 'See `dataset.json` for the job.';
  const about =
    earlierJobs.length === 0
      ? 'Running the same job on the same images produces the same items.'
      : `The last of ${earlierJobs.length + 1} jobs that created the dataset. The others are in \`dataset.json\`, and the manifest has the parameters of each item.`;
  return `${about}\n\n\`\`\`yaml\n${stringify(Object.fromEntries(shown))}\`\`\``;
}

function sampleTable(sample: readonly ItemRecord[]): string {
  if (sample.length === 0) return '';
  const columns = ['content_path', 'style_path', 'network', 'strength', 'optimizer', 'steps', 'seed'].flatMap(
    (name) => metadataColumns.filter((column) => column.name === name),
  );
  const rows = sample.map((record) => columns.map(({ value }) => cell(value(record))));
  return `A few items and their parameters:\n\n${table(
    columns.map(({ name }) => name),
    rows,
  )}`;
}

function columnsTable(): string {
  const rows = metadataColumns.map(({ name, type, meaning }) => [`\`${name}\``, type, meaning]);
  return table(
    ['column', 'type', 'meaning'],
    [['`file_name`', 'string', 'the image, relative to the split folder'], ...rows],
  );
}

function table(head: readonly string[], rows: readonly (readonly unknown[])[]): string {
  const line = (cells: readonly unknown[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** What means something in Markdown in the middle of a line, addresses that become links by themselves included. */
const markup = /[!#$&'()*+:<>@[\\\]_`{|}~]|(?<=www)\./gi;

function cell(value: unknown): string {
  if (value === undefined || value === null) return '';
  const isFraction = typeof value === 'number' && !Number.isInteger(value);
  const text = isFraction ? String(Number(value.toPrecision(6))) : String(value);
  // File and class names must not become links, images or HTML, entities included.
  return text.replace(/\s+/g, ' ').replace(markup, '\\$&');
}
