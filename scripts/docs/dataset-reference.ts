/** The reference of what a dataset's files hold: a record, a row of the metadata, the summary. @module */
import { z } from 'zod';
import { metadataColumns } from '../../src/dataset/ledger/metadata-row.js';
import { recordSchema } from '../../src/dataset/ledger/record.js';
import { summarySchema } from '../../src/dataset/summary.js';
import { type JsonSchema, valueInWords } from './json-schema.js';
import { markdownTable } from './regions.js';

const recordMeanings: Readonly<Record<string, string>> = {
  id: 'Hash of all that decides the pixels',
  kind: 'A stylized image, or a content image carried over',
  status: 'Whether the image was made',
  file: 'The image, below the root of the dataset; `null` if it failed',
  sha256: 'Digest of that file',
  widthPx: 'Its width',
  heightPx: 'Its height',
  label: 'The class; `null` where the job has no labels',
  'content.path': 'The content image, below `content.root`',
  'content.sha256': 'Digest of that file',
  style: '`null` for an original',
  'style.path': 'The style image, below `style.root`',
  'style.sha256': 'Digest of that file',
  replica: 'Counts the images of one pair, from 0',
  seed: 'Seed of the draws of this image; `null` for an original',
  recipe: 'Every parameter as it was drawn, defaults included',
  network: '`null` for an original and for a failed image',
  'network.name': 'The feature network',
  'network.weights': 'Digest of its weights',
  engine: '`null` for an original and for a failed image',
  'engine.name': 'The engine that computed it',
  'engine.device': 'Where',
  'engine.version': 'The version of what computed',
  loss: '`null` for an original and for a failed image',
  'loss.initial': 'The objective at the initial image; a point, see below',
  'loss.final': 'The objective at the image delivered; a point',
  'loss.curve': 'About twenty points from the first to the last',
  steps: 'Updates from the initial image to the one delivered',
  evaluations: 'Evaluations of the objective, trials and restarts included',
  restarts:
    'How often the optimization was begun again more gently: with steps of 0.3 times `recipe.learningRate`',
  elapsedMs:
    'Time in the optimization, others of its batch included; the one field that differs between equal runs',
  error: '`null` for a complete image',
  'error.code': 'One of the codes in [errors.md](errors.md)',
  'error.message': 'What happened',
};

const summaryMeanings: Readonly<Record<string, string>> = {
  wildstyle: 'The version that made it',
  status: '`partial` while images are pending',
  startedAt: 'When the last run began, ISO 8601',
  finishedAt: 'When it ended',
  job: 'The job with all defaults and absolute paths, without `run`',
  earlierJobs: 'Jobs that made a part of it before it was extended, the first one first',
  environment: 'Versions of Node.js and the engine, platform, processor',
  'counts.items': 'Images planned, and kept of earlier plans',
  'counts.complete': 'Made',
  'counts.failed': 'Failed',
  'counts.pending': 'Not yet made',
  'counts.stylized': 'Stylized images made',
  'counts.originals': 'Originals made',
  'counts.classes': 'Stylized, originals, failed and pending, by class',
  'counts.errors': 'Failed images by error code',
  'counts.splits': 'Images made, by split',
  'digests.plan': 'sha256 of the plan: the ids of all items in order',
  'digests.manifest': 'sha256 of `manifest.jsonl`',
  'digests.files': 'sha256 of the dataset card and the contact sheet, by name',
  'digests.summary':
    'sha256 of this file as JSON with sorted keys and no white space, without this digest: `verify` finds out who edits it',
  'digests.result': 'sha256 of the manifest without times: equal for two runs that made the same pixels',
};

/** The fields of a record. */
export const recordReference = (): string => fields(recordSchema, recordMeanings, ['recipe', 'loss.']);

/** The fields of `dataset.json`. */
export const summaryReference = (): string => fields(summarySchema, summaryMeanings, ['counts.classes']);

/** The columns of `metadata.jsonl`. */
export function metadataReference(): string {
  const rows = metadataColumns.map(({ name, type, meaning }) => [`\`${name}\``, type, sentence(meaning)]);
  return markdownTable(
    ['column', 'type', 'meaning'],
    [['`file_name`', 'string', 'The image, below the split folder'], ...rows],
  );
}

const sentence = (text: string): string => text.replace(/^[a-z]/, (letter) => letter.toUpperCase());

/**
 * A table of the fields of a schema.
 * @param meanings of every field; that of a map may be left out
 * @param closed fields whose own fields are not listed, or prefixes of such
 */
function fields(
  schema: z.ZodType,
  meanings: Readonly<Record<string, string>>,
  closed: readonly string[],
): string {
  const known = new Set<string>();
  const rows = (path: string, given: JsonSchema): string[][] => {
    const options = given.anyOf ?? [given];
    const group = options.find(({ properties }) => properties);
    const isClosed = closed.some((name) => path === name || (name.endsWith('.') && path.startsWith(name)));
    const open = group && !isClosed ? Object.entries(group.properties ?? {}) : [];
    const below = open.flatMap(([name, child]) => rows(path === '' ? name : `${path}.${name}`, child));
    const meaning = meanings[path];
    if (meaning === undefined && below.length > 0) return below;
    if (meaning === undefined) throw new Error(`The field ${path} has no meaning.`);
    known.add(path);
    return [[`\`${path}\``, valueInWords(given), meaning], ...below];
  };
  const json = z.toJSONSchema(schema, { target: 'draft-7' }) as JsonSchema;
  const table = markdownTable(['field', 'value', 'meaning'], rows('', json));
  const unknown = Object.keys(meanings).filter((path) => !known.has(path));
  if (unknown.length > 0) throw new Error(`There are no fields ${unknown}.`);
  return table;
}
