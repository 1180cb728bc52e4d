import test from 'ava';
import { parse } from 'yaml';
import { datasetCard } from '../../src/dataset/card/card.js';
import { metadataColumns } from '../../src/dataset/ledger/metadata-row.js';
import type { DatasetSummary } from '../../src/dataset/summary.js';
import { makeDataset } from './make-dataset.js';
import { stylizedRecord, temporaryFolder } from './support.js';

interface FrontMatter {
  readonly license?: string;
  readonly configs: readonly {
    data_files: readonly { split: string; path: string }[];
    features: readonly { name: string; dtype: unknown }[];
  }[];
}

const frontMatterOf = (card: string): FrontMatter => parse(card.split('---\n')[1] ?? '');

test('the front matter declares the splits, every column and the class names', async (t) => {
  const { summary } = await makeDataset(await temporaryFolder(t));
  const { configs, license } = frontMatterOf(datasetCard({ name: 'Pets', summary, sample: [] }));
  t.is(license, undefined);
  t.deepEqual(configs[0]?.data_files, [{ split: 'train', path: 'train/**' }]);
  t.deepEqual(
    configs[0]?.features.map(({ name }) => name),
    ['image', ...metadataColumns.map(({ name }) => name)],
  );
  const dtypeOf = (wanted: string) => configs[0]?.features.find(({ name }) => name === wanted)?.dtype;
  t.deepEqual(dtypeOf('label'), { class_label: { names: { 0: 'cat', 1: 'dog' } } });
  t.is(dtypeOf('strength'), 'float64');
  t.is(dtypeOf('seed'), 'int64');
});

test('the text has counts, failures, the recipe and a sample of items', async (t) => {
  const { summary, records } = await makeDataset(await temporaryFolder(t));
  const card = datasetCard({ name: 'Pets', summary, sample: records.slice(0, 1), license: 'cc0-1.0' });
  t.is(frontMatterOf(card).license, 'cc0-1.0');
  t.regex(card, /^# Pets$/m);
  t.regex(card, /2 stylized images and 2 originals in 2 classes\./);
  t.regex(card, /^\| cat \| 1 \| 1 \| 0 \|$/m);
  t.regex(card, /^\| dog \| 1 \| 1 \| 1 \|$/m);
  t.regex(card, /Failures by code: 1 `image-corrupt`\./);
  t.regex(card, /logUniform/);
  t.regex(card, /^\| cat\/a\.png \| waves\.jpg \| random \| 12\.5 \| adam \| 50 \| 7 \|$/m);
  t.regex(card, /ImageFolder\("path\/to\/dataset\/train"\)/);
  t.notRegex(card, /undefined|\[object/);
});

test('rounds fractions in the sample, but not seeds', async (t) => {
  const { summary } = await makeDataset(await temporaryFolder(t));
  const applied = { ...stylizedRecord('a').applied, style: { loss: { gram: 1 }, strength: 12.3456789 } };
  const sample = [stylizedRecord('a', { seed: 2607121442, applied })];
  const card = datasetCard({ name: 'Pets', summary, sample });
  t.regex(card, /\| 12\.3457 \|/);
  t.regex(card, /\| 2607121442 \|/);
});

test('special characters in names cannot break the tables or the front matter', async (t) => {
  const { summary } = await makeDataset(await temporaryFolder(t));
  const evil = 'a|b <img src=x>\n# c: [';
  const changed: DatasetSummary = {
    ...summary,
    counts: { ...summary.counts, classes: { [evil]: { stylized: 1, originals: 0, failed: 0, pending: 0 } } },
  };
  const card = datasetCard({
    name: 'Pets',
    summary: changed,
    sample: [stylizedRecord('a', { label: evil })],
  });
  const label = frontMatterOf(card).configs[0]?.features.find(({ name }) => name === 'label');
  t.deepEqual(label?.dtype, { class_label: { names: { 0: evil } } });
  t.regex(card, /^\| a\\\|b \\<img src=x\\> \\# c\\: \\\[ \| 1 \| 0 \| 0 \|$/m);
});

test('names of folders and files cannot become links, images, HTML or entities in the card', async (t) => {
  const { summary } = await makeDataset(await temporaryFolder(t));
  const names = ['[x](https://a.example)', '![x](y.png)', '&lt;script&gt;', '<b>', '`code`', '*a* _b_ ~~c~~'];
  const none = { stylized: 1, originals: 0, failed: 0, pending: 0 };
  const classes = Object.fromEntries(names.map((name) => [name, none]));
  const changed = { ...summary, counts: { ...summary.counts, classes } } as DatasetSummary;
  const card = datasetCard({ name: names.join(' '), summary: changed, sample: [] });
  const text = card.slice(card.indexOf('\n---\n') + 5, card.indexOf('| **all**'));
  // Without what is escaped, nothing is left that means something.
  t.notRegex(text.replace(/\\[!-~]/g, ''), /&\w+;|\]\(|<\w|`|\*[a-z]|~~|:\/\//);
  t.true(text.includes('\\[x\\]\\(https\\://a.example\\)'));
});

test('classes are numbered in the order of folder loaders, including numeric names', async (t) => {
  const { summary } = await makeDataset(await temporaryFolder(t));
  const some = { stylized: 1, originals: 1, failed: 0, pending: 0 };
  const classes = Object.fromEntries(
    ['9', 'ü', '10', 'a b', '0', '\u{1f98a}', '\uff5e'].map((name) => [name, some]),
  );
  const card = datasetCard({
    name: 'Digits',
    summary: { ...summary, counts: { ...summary.counts, classes } },
    sample: [],
  });
  const label = frontMatterOf(card).configs[0]?.features.find(({ name }) => name === 'label');
  // The order of Python's sorted().
  const expected = ['0', '10', '9', 'a b', 'ü', '\uff5e', '\u{1f98a}'];
  t.deepEqual(label?.dtype, { class_label: { names: { ...expected } } });
  t.deepEqual(
    [...card.matchAll(/^\| (.+?) \| 1 \| 1 \| 0 \|$/gm)].map(([, name]) => name),
    expected,
  );
});

test('a dataset without labels has no class list and no folder loaders in its card', async (t) => {
  const { summary } = await makeDataset(await temporaryFolder(t));
  const unlabeled = { ...summary, counts: { ...summary.counts, classes: {} } };
  const card = datasetCard({ name: 'Images', summary: unlabeled, sample: [] });
  t.is(frontMatterOf(card).configs[0]?.features.find(({ name }) => name === 'label')?.dtype, 'string');
  t.notRegex(card, /ImageFolder|image_dataset_from_directory/);
});

test('the card of a WebP dataset leaves out loaders that cannot read WebP', async (t) => {
  const { summary } = await makeDataset(await temporaryFolder(t));
  const webp = { ...summary, job: { ...summary.job, output: { format: 'webp' } } };
  const card = datasetCard({ name: 'Images', summary: webp, sample: [] });
  t.regex(card, /Keras does not read WebP/);
  t.regex(card, /TensorFlow\.js:/);
  t.notRegex(card, /decodeImage|image_dataset_from_directory/);
});

test('the card mentions pending images; dashes in a split name become underscores', async (t) => {
  const { summary } = await makeDataset(await temporaryFolder(t));
  const partial: DatasetSummary = {
    ...summary,
    status: 'partial',
    counts: { ...summary.counts, pending: 7, splits: { 'my-split': 4 } },
  };
  const card = datasetCard({ name: 'Images', summary: partial, sample: [] });
  t.regex(card, /7 more are planned but not made yet/);
  t.deepEqual(frontMatterOf(card).configs[0]?.data_files, [{ split: 'my_split', path: 'my-split/**' }]);
});

test('a dataset that is not complete says so: in its name, at the top, and where it is loaded', async (t) => {
  const { summary } = await makeDataset(await temporaryFolder(t));
  const complete = datasetCard({ name: 'Pets', summary, sample: [] });
  t.notRegex(complete, /not complete/);
  const counts = { ...summary.counts, items: 9, pending: 4 };
  const card = datasetCard({ name: 'Pets', summary: { ...summary, status: 'partial', counts }, sample: [] });
  t.is(parse(card.split('---\n')[1] ?? '').pretty_name, 'Pets (not complete)');
  t.regex(card, /^# Pets\n\n> \*\*This dataset is not complete\.\*\* It has 4 of 9 images;/m);
  t.regex(card, /^## How to load it\n\nThe dataset is not complete: these load the 4 images so far\.$/m);
});

test('with several splits, each is a configuration, and the training set is the default', async (t) => {
  const { summary } = await makeDataset(await temporaryFolder(t));
  const counts = { ...summary.counts, splits: { test: 1, 'test-stylized': 1, train: 2 } };
  const card = datasetCard({ name: 'Pets', summary: { ...summary, counts }, sample: [] });
  const configs = frontMatterOf(card).configs as readonly object[];
  t.like(configs, [
    { config_name: 'test', data_files: [{ split: 'test', path: 'test/**' }] },
    { config_name: 'test_stylized', data_files: [{ split: 'test_stylized', path: 'test-stylized/**' }] },
    { config_name: 'train', default: true, data_files: [{ split: 'train', path: 'train/**' }] },
  ]);
  t.regex(card, /^test = load_dataset\("path\/to\/dataset", "test", split="test"\)$/m);
});
