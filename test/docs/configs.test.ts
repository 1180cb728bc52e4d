import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { readManifest } from '../../src/dataset/ledger/manifest.js';
import { factsOf, isComplete, isStylized } from '../../src/dataset/ledger/record-kinds.js';
import { loadJob, parseJob } from '../../src/job/load.js';
import { prepare } from '../../src/run/preparing/prepare.js';
import { wildstyle } from '../support/command-line.js';
import { repositoryRoot, sharedRoot } from '../support/paths.js';

const folder = join(repositoryRoot, 'configs');
const temporary = mkdtempSync(join(tmpdir(), 'wildstyle-configs-'));
// Keeps the tests from reading digests and weights in the user's own cache.
process.env.XDG_CACHE_HOME = join(temporary, 'cache');
test.after.always(() => rm(temporary, { recursive: true, force: true }));

const names = readdirSync(folder)
  .filter((name) => name.endsWith('.yaml'))
  .sort();
const jobOf = (name: string, overrides: readonly string[] = []) => loadJob(join(folder, name), { overrides });

test('there is a sample for every kind of job', (t) => {
  t.deepEqual(names, [
    'demo.yaml',
    'distributions.yaml',
    'ensemble.yaml',
    'gate.yaml',
    'labels-csv.yaml',
    'minimal.yaml',
    'splits.yaml',
    'vgg19.yaml',
  ]);
});

for (const name of names) {
  test(`${name} names its schema for editors and writes below out/`, async (t) => {
    const text = readFileSync(join(folder, name), 'utf8');
    const [modeline] = text.split('\n');
    t.is(modeline, '# yaml-language-server: $schema=../schema/job.schema.json');
    const { output } = parseJob(join(folder, name), text);
    t.is(output.root, join(repositoryRoot, 'out', name.replace('.yaml', '')));
  });

  if (name === 'vgg19.yaml') continue;
  test(`${name} is planned completely`, async (t) => {
    const { inventory, plan } = await prepare(await jobOf(name));
    t.deepEqual(inventory.problems, []);
    t.deepEqual(inventory.warnings, []);
    t.true(plan.counts.stylized > 0);
    t.is([...plan.items()].length, plan.counts.total);
  });
}

test('vgg19.yaml makes the same number of images for every class', async (t) => {
  if (!sharedRoot) {
    t.log('Skipped: no shared images and weights next to the repository.');
    t.pass();
    return;
  }
  const inShared = (...path: string[]) => join(sharedRoot ?? '', ...path);
  const overrides = [
    `run.weights=${inShared('weights', 'vgg19-conv-f16.safetensors')}`,
    ...['content', 'style'].map((role) => `${role}.root=${inShared('images', role)}`),
  ];
  const { plan } = await prepare(await jobOf('vgg19.yaml', overrides));
  t.deepEqual(
    plan.counts.classes.map(({ label, stylized }) => [label, stylized]),
    ['bird', 'dog', 'fruit', 'insect', 'reptile'].map((label) => [label, 1]),
  );
  const whole = await jobOf('vgg19.yaml', [...overrides, 'sampling.limit=1000']);
  const { classes } = (await prepare(whole)).plan.counts;
  t.is(new Set(classes.map(({ originals, stylized }) => originals + stylized)).size, 1);
});

test('labels-csv.yaml reads its classes from the CSV file', async (t) => {
  const { inventory, plan } = await prepare(await jobOf('labels-csv.yaml'));
  t.is(inventory.contents.length, 15);
  t.deepEqual(
    plan.counts.classes.map(({ label, contents, originals, stylized }) => [
      label,
      contents,
      originals + stylized,
    ]),
    [
      ['far', 5, 30],
      ['near', 10, 30],
    ],
  );
});

test('splits.yaml divides every class, and no style is in two splits', async (t) => {
  const { plan } = await prepare(await jobOf('splits.yaml'));
  t.deepEqual(
    plan.counts.splits.map(({ split, contents, originals, stylized }) => [
      split,
      contents,
      originals,
      stylized,
    ]),
    [
      ['test', 4, 4, 0],
      ['test_stylized', 4, 0, 8],
      ['train', 8, 8, 16],
      ['validation', 4, 4, 0],
    ],
  );
  t.deepEqual([...new Set(plan.splits.styles.map(({ split }) => split))].sort(), ['test', 'train']);
});

test('distributions.yaml samples what its comments say', async (t) => {
  const { plan } = await prepare(await jobOf('distributions.yaml'));
  const kinds = new Map(plan.parameters.map(({ path, kind }) => [path, kind]));
  for (const path of ['steps', 'style.strength', 'content.weight', 'init.noise'])
    t.is(kinds.get(path), 'range');
  for (const path of ['pooling', 'size', 'style.layers', 'style.mix', 'totalVariation', 'optimizer'])
    t.is(kinds.get(path), 'choice');
  t.is(kinds.get('network'), 'constant');
  const counts = new Map(plan.counts.styles.map(({ path, stylized }) => [path, stylized]));
  t.is(counts.get('stained-glass.jpg'), 0);
  t.is(counts.get('mosaic-sun.jpg'), Math.max(...counts.values()));
});

test('minimal.yaml runs from the command line', async (t) => {
  const out = join(temporary, 'minimal');
  const { exitCode, stdout, stderr } = await wildstyle(
    ['run', join(folder, 'minimal.yaml'), '--out', out, '--limit', '2', '--workers', '1'].concat([
      '--set',
      'recipe.steps=2',
      '--set',
      'recipe.size=48',
    ]),
    { cache: join(temporary, 'cache') },
  );
  t.is(exitCode, 0, stderr);
  t.regex(stdout, /2 stylized, 2 originals/);
  const records = await readManifest(out);
  t.deepEqual(
    records.map((record) => [
      record.kind,
      record.status,
      isStylized(record) ? factsOf(record).steps : 'steps' in record,
      isComplete(record) && record.widthPx,
    ]),
    [
      ['original', 'complete', false, 48],
      ['stylized', 'complete', 2, 48],
      ['original', 'complete', false, 48],
      ['stylized', 'complete', 2, 48],
    ],
  );
});
