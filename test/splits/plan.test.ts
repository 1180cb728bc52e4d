import test from 'ava';
import fc from 'fast-check';
import type { ContentEntry } from '../../src/inventory/entries.js';
import { parseJob } from '../../src/job/load.js';
import type { Job } from '../../src/job/schema.js';
import { makePlan } from '../../src/plan/plan.js';
import type { AssignedImage } from '../../src/splits/earlier.js';
import { photographsOf } from '../../src/splits/names.js';
import { contentOf, contentsOf, digest, jobWith, network, stylesOf } from '../plan/synthetic.js';

const shares = 'shares: { train: 0.8, validation: 0.1, test: 0.1 }';
const withCsv = (rules: string): Job =>
  parseJob(
    '/jobs/job.yaml',
    `content: { root: c, labels: { csv: l.csv } }\nstyle: { root: s }\noutput: { root: o }\nsplit: { ${shares}, ${rules} }`,
  );
const itemsOf = (job: Job, contents: ContentEntry[], more = {}) => {
  const plan = makePlan(job, { contents, styles: stylesOf({ '': 6 }), ...more }, network);
  return { plan, items: [...plan.items()] };
};

test('random jobs: no group and no photograph is in two splits; only train is stylized', (t) => {
  const images = fc.array(
    fc.record({ label: fc.constantFrom('a', 'b', 'c'), group: fc.nat(12), bytes: fc.nat(60) }),
    { minLength: 1, maxLength: 80 },
  );
  const jobs = fc.record({
    isGrouped: fc.boolean(),
    isRobust: fc.boolean(),
    styles: fc.constantFrom('shared', 'disjoint'),
    keepOriginals: fc.boolean(),
    limit: fc.option(fc.integer({ min: 1, max: 30 }), { nil: undefined }),
  });
  fc.assert(
    fc.property(images, jobs, (given, { isGrouped, isRobust, styles, keepOriginals, limit }) => {
      const job = withCsv(
        `groupBy: ${isGrouped ? 'patient' : 'file'}, robustness: [${isRobust ? 'test' : ''}], styles: ${styles}`,
      );
      const sampling = { ...job.sampling, keepOriginals, ...(limit !== undefined && { limit }) };
      const contents = given.map(
        ({ label, group, bytes }, index): ContentEntry => ({
          ...contentOf(`${label}/${String(index).padStart(3, '0')}.jpg`, label),
          // Some have the same bytes.
          sha256: digest(`${bytes}`),
          ...(isGrouped && { group: `patient ${group}` }),
        }),
      );
      const { items, plan } = itemsOf({ ...job, sampling }, contents);
      const splitOf = new Map<string, string>();
      const place = (key: string, split: string) => {
        t.is(splitOf.get(key) ?? split, split, key);
        splitOf.set(key, split);
      };
      for (const { kind, split, group, file, sources } of items) {
        const base = photographsOf(split);
        t.is(file.split('/')[0], split);
        place(`photograph ${sources.content.sha256}`, base);
        place(`group ${group}`, base);
        if (kind === 'stylized' && styles === 'disjoint') place(`style ${sources.style.sha256}`, base);
        if (kind === 'stylized') t.true(split === 'train' || (isRobust && split === 'test_stylized'));
      }
      for (const { split, contents: count, originals } of plan.counts.splits)
        if (!['train', 'test_stylized'].includes(split)) t.is(originals, count);
    }),
    { numRuns: 150 },
  );
});

test('random jobs: shares are within one image, in every class and in all; added images move no other', (t) => {
  const classes = fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 60 });
  const weights = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 2, maxLength: 4 });
  fc.assert(
    fc.property(classes, classes, weights, fc.nat(1000), (first, later, given, seed) => {
      const sum = given.reduce((a, b) => a + b);
      const wanted = Object.fromEntries(given.map((weight, index) => [`s${index}`, weight / sum]));
      const job = jobWith(
        `seed: ${seed}\nsplit: { shares: ${JSON.stringify(wanted)}, stylize: [] }\nsampling: { stylesPerContent: 0 }`,
      );
      const images = [...first, ...later].map((label, index) => contentOf(`${label}/${index}.jpg`, label));
      const placed = itemsOf(job, images.slice(0, first.length)).plan.splits.contents;
      const labelOf = new Map(images.map(({ path, label }) => [path, label]));
      for (const label of ['a', 'b', 'c', undefined]) {
        const of = placed.filter(({ path }) => label === undefined || labelOf.get(path) === label);
        for (const [split, share] of Object.entries(wanted)) {
          const count = of.filter((image) => image.split === split).length;
          t.true(Math.abs(count - share * of.length) < 1, `${label} ${split}: ${count} of ${of.length}`);
        }
      }
      const earlier = placed.map((image): AssignedImage => ({ ...image, source: 'content' }));
      const after = new Map(
        itemsOf(job, images, { earlier }).plan.splits.contents.map(({ path, split }) => [path, split]),
      );
      t.is(after.size, images.length);
      for (const { path, split } of placed) t.is(after.get(path), split, path);
    }),
    { numRuns: 60 },
  );
});

test('an image that the dataset has keeps its split, also under other shares', (t) => {
  const job = jobWith(`split: { ${shares} }`);
  const contents = contentsOf({ a: 30, b: 20 });
  const { contents: placed } = itemsOf(job, contents).plan.splits;
  const earlier = placed.map((image): AssignedImage => ({ ...image, source: 'content' }));
  const more = [...contents, ...contentsOf({ c: 10 })];
  for (const rules of [shares, 'shares: { train: 0.5, test: 0.5 }']) {
    const { plan } = itemsOf(jobWith(`split: { ${rules} }`), more, { earlier });
    for (const { path, split } of placed)
      t.is(plan.splits.contents.find((image) => image.path === path)?.split, split);
  }
});

test('shares change the digest of a plan even where no image moves', (t) => {
  const contents = contentsOf({ a: 10 });
  const { plan } = itemsOf(jobWith(`split: { ${shares} }`), contents);
  const earlier = plan.splits.contents.map((image): AssignedImage => ({ ...image, source: 'content' }));
  const other = itemsOf(jobWith('split: { shares: { train: 0.7, validation: 0.2, test: 0.1 } }'), contents, {
    earlier,
  });
  t.deepEqual(
    other.items.map(({ file }) => file),
    [...plan.items()].map(({ file }) => file),
  );
  t.not(other.plan.digest, plan.digest);
  t.is(itemsOf(jobWith(`split: { ${shares} }`), contents, { earlier }).plan.digest, plan.digest);
});

test('a photograph or a group that is given two splits is refused with both paths', (t) => {
  const job = jobWith('split: { from: folders }');
  const train = { ...contentOf('train/a/1.jpg', 'a'), split: 'train' };
  const copy = { ...contentOf('test/a/copy.jpg', 'a'), split: 'test', sha256: train.sha256 };
  t.throws(() => itemsOf(job, [train, copy]), {
    code: 'split-conflict',
    message: 'test/a/copy.jpg (test) and train/a/1.jpg (train) are the same photograph in two splits.',
  });
  const [one, other] = [
    { ...train, group: 'p1' },
    { ...contentOf('test/a/2.jpg', 'a'), split: 'test', group: 'p1' },
  ];
  t.throws(() => itemsOf(job, [one, other]), {
    code: 'split-conflict',
    message: 'test/a/2.jpg (test) and train/a/1.jpg (train) are of the group "p1", but in two splits.',
  });
  const earlier: AssignedImage[] = [{ ...train, source: 'content', split: 'test', group: '' }];
  t.throws(() => itemsOf(job, [train], { earlier }), {
    code: 'split-conflict',
    message: 'The photograph train/a/1.jpg is in two splits: train and test.',
  });
});

test('near duplicates share a split if groups are similar images', (t) => {
  const contents = contentsOf({ a: 40 });
  const similar = contents
    .slice(1, 20)
    .map((image) => ({ source: 'content' as const, image, like: contents[0] }));
  const { plan } = itemsOf(jobWith(`split: { ${shares}, groupBy: similar }`), contents, { similar });
  const placed = plan.splits.contents.slice(0, 20);
  t.is(new Set(placed.map(({ split }) => split)).size, 1);
  t.is(new Set(placed.map(({ group }) => group)).size, 1);
});

test('copies of a photograph share a drawn split, and are refused in two given ones', (t) => {
  const contents = contentsOf({ a: 40 });
  const copiesOf = (images: readonly ContentEntry[]) =>
    images.slice(1).map((image) => ({ source: 'content' as const, image, like: images[0] }));
  const job = jobWith(`split: { ${shares} }`);
  const { plan } = itemsOf(job, contents, { copies: copiesOf(contents.slice(0, 20)) });
  t.is(new Set(plan.splits.contents.slice(0, 20).map(({ split }) => split)).size, 1);
  const explicit = itemsOf(jobWith(`split: { ${shares}, copies: allow }`), contents);
  t.not(itemsOf(job, contents).plan.digest, explicit.plan.digest);

  const given = ['train', 'test', 'train', 'test'].map((split, index) => ({
    ...contentOf(`${split}/a/${index}.jpg`, 'a'),
    split,
  }));
  const rules = jobWith('split: { from: folders }');
  t.throws(() => itemsOf(rules, given, { copies: copiesOf(given) }), {
    code: 'split-conflict',
    message:
      'test/a/1.jpg (test) and train/a/0.jpg (train) are copies of one photograph in two splits (and 1 more).',
  });
  t.is(itemsOf(rules, given, { copies: copiesOf([given[0], given[2]]) }).plan.splits.contents.length, 4);
});

test('splits that do not exist, and too few styles, are errors', (t) => {
  const image = { ...contentOf('train/a/1.jpg', 'a'), split: 'train' };
  t.throws(() => itemsOf(jobWith('split: { from: folders, stylize: [trian] }'), [image]), {
    code: 'split-invalid',
    message: 'split.stylize: no content image is in the split "trian"; did you mean "train"?',
  });
  const job = jobWith(`split: { ${shares}, styles: disjoint, robustness: [test] }`);
  const inventory = { contents: contentsOf({ a: 20 }), styles: stylesOf({ '': 1 }) };
  t.throws(() => makePlan(job, inventory, network), {
    code: 'split-invalid',
    message: /only 1 different style image/,
  });
});

test('balancing and limits count each split for itself', (t) => {
  const contents = contentsOf({ a: 30, b: 10 });
  const job = jobWith(
    `split: { shares: { train: 0.5, test: 0.5 }, robustness: [test] }\nsampling: { balanceClasses: true, limit: 20 }`,
  );
  const { plan, items } = itemsOf(job, contents);
  t.is(plan.counts.stylized, 20);
  t.is(items.length, plan.counts.total);
  t.deepEqual(
    plan.counts.splits.map(({ split, originals, stylized }) => [split, originals > 0, stylized]),
    [
      ['test', true, 0],
      ['test_stylized', false, 10],
      ['train', true, 10],
    ],
  );
});
