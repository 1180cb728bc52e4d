import { join, resolve } from 'node:path';
import test from 'ava';
import { parseJob } from '../../../src/job/load.js';
import { jobText } from '../../../src/run/first-job/job-text.js';
import { arrange } from '../../../src/run/first-job/layout.js';
import type { FolderLook } from '../../../src/run/first-job/look.js';
import { limitedTo, propose, proposedSizePx } from '../../../src/run/first-job/propose.js';

const look = (paths: readonly string[], medianPx = 500, root = resolve('photos')): FolderLook => ({
  source: 'content',
  root,
  ...arrange(paths),
  others: [],
  odd: [],
  read: paths.length,
  sizes: { smallestPx: medianPx, medianPx, largestPx: medianPx },
});

const many = (folder: string, count: number) => Array.from({ length: count }, (_, i) => `${folder}/${i}.jpg`);

test('folders are classes, splits, or nothing', (t) => {
  t.is(arrange(['a.jpg', 'b.jpg']).arrangement, 'flat');
  const classes = arrange(['cat/a.jpg', 'cat/deep/b.jpg', 'dog/c.jpg', 'd.jpg']);
  t.is(classes.arrangement, 'classes');
  t.deepEqual(classes.classes, { cat: 2, dog: 1 });
  t.is(classes.outside, 1);
  const splits = arrange(['train/cat/a.jpg', 'test/cat/b.jpg', 'test/dog/c.jpg']);
  t.is(splits.arrangement, 'splits');
  t.deepEqual(splits.classes, { cat: 2, dog: 1 });
  t.deepEqual(splits.splits, ['train', 'test']);
  t.is(arrange(['train/a.jpg']).arrangement, 'classes', 'one folder may be a class of trains');
  t.deepEqual(arrange(['train/a.jpg', 'test/b.jpg']).classes, {}, 'splits without classes');
});

test('proposes labels, splits, balance and size', (t) => {
  const flat = propose(look(['a.jpg', 'b.jpg']), {}, 0);
  t.is(flat.labels, 'none');
  t.is(flat.split, 'none', 'too few to divide');
  const balanced = propose(look([...many('cat', 60), ...many('dog', 50)]), {}, 0);
  t.is(balanced.split, 'shares');
  t.false(balanced.balanceClasses);
  t.false(balanced.groupSimilar);
  const skewed = propose(look([...many('cat', 90), ...many('dog', 10)], 70), { split: false }, 3);
  t.true(skewed.balanceClasses && skewed.groupSimilar);
  t.is(skewed.split, 'none', 'as asked');
  t.is(skewed.sizePx, 64);
  t.is(propose(look(many('cat', 6000)), {}, 0).stylesPerContent, 1);
  t.is(propose(look(['Train/a/1.jpg', 'val/a/2.jpg']), {}, 0).stylize, 'Train');
  t.deepEqual([10, 300, 4000].map(proposedSizePx), [32, 256, 256]);
});

test('a run that takes too long is limited to a round number of images', (t) => {
  const proposal = propose(look(many('cat', 100)), {}, 0);
  t.is(limitedTo(proposal, 10, 36_000, 1000), proposal);
  t.is(limitedTo(proposal, 10, 72_000, 4690).limit, 2300);
  t.is(limitedTo(proposal, 1, 1e9, 5).limit, 1);
});

test('every proposal is a valid job, whatever the folders are called', (t) => {
  const names = [
    'plain',
    'with space',
    'a: b # c',
    "it's",
    '- x',
    'true',
    '{x}',
    '"quoted"',
    'öl, bilder',
    '*a',
    '1e3',
  ];
  for (const name of names) {
    const base = resolve('jobs');
    for (const paths of [['a.jpg'], many('cat', 80), ['train/cat/1.jpg', 'test/cat/2.jpg']]) {
      const places = {
        jobFolder: base,
        content: look(paths, 500, join(base, name)),
        style: look(['a.jpg'], 500, join(base, '..', name)),
        output: join(base, 'out', name),
      };
      const text = jobText(places, propose(look(paths), {}, 1), {
        found: [`${name}\nsecond line`],
        planned: [],
      });
      const job = parseJob(join(base, 'job.yaml'), text);
      t.is(job.content.root, places.content.root, text);
      t.is(job.style.root, places.style.root);
      t.is(job.output.root, places.output);
    }
  }
});
