import test from 'ava';
import type { ContentEntry } from '../../src/inventory/entries.js';
import { duplicatePairs } from '../../src/splits/duplicates.js';
import { splitWarnings } from '../../src/splits/warnings.js';
import { contentOf, jobWith } from '../plan/synthetic.js';

const imageIn = (split: string, name: string, label = 'a'): ContentEntry => ({
  ...contentOf(`${split}/${label}/${name}.jpg`, label),
  split,
});
const alike = (like: ContentEntry, ...images: ContentEntry[]) =>
  images.map((image) => ({ source: 'content' as const, image, like }));
const rules = jobWith('split: { from: folders }');

test('every file whose picture is in a second split is listed with a file there', (t) => {
  const [one, two, far, other] = [
    imageIn('train', '1'),
    imageIn('train', '2'),
    imageIn('test', '3'),
    imageIn('test', '4', 'b'),
  ];
  // The second is only known to look like the first, which is in the same split.
  const similar = [...alike(one, two, far), ...alike(far, other)];
  const contents = [one, two, far, other];
  const pairs = duplicatePairs({ similar, duplicates: [], styles: [] }, contents, []);
  const across = pairs.filter(({ splits }) => splits).flatMap(({ paths }) => paths);
  t.deepEqual([...new Set(across)].sort(), contents.map(({ path }) => path).sort());
  const between = pairs.filter(({ classes }) => classes).flatMap(({ paths }) => paths);
  t.deepEqual([...new Set(between)].sort(), contents.map(({ path }) => path).sort());
  t.deepEqual(pairs[0], { source: 'content', paths: [one.path, two.path], same: 'picture' });
});

test('an image that the dataset has already is listed, and one that was moved is no copy of itself', (t) => {
  const [here, gone] = [imageIn('test', 'here'), imageIn('train', 'gone')];
  const known = { source: 'content' as const, group: 'g' };
  const moved = { ...here, ...known, path: 'test/a/before.jpg', split: 'test' };
  const earlier = [{ ...gone, ...known, split: 'train' }, moved];
  const pairs = duplicatePairs({ similar: alike(gone, here), duplicates: [], styles: [] }, [here], earlier);
  t.deepEqual(pairs, [
    { source: 'content', paths: [gone.path, here.path], same: 'picture', splits: ['train', 'test'] },
  ]);
});

test('notes name a few pairs, and where all of them are', (t) => {
  const [first, ...others] = ['train', 'test', 'test', 'test', 'test', 'test', 'test', 'test'].map(
    (split, i) => imageIn(split, `${i}`),
  );
  const contents = [first, ...others];
  const pairs = duplicatePairs(
    { similar: alike(first, ...others), duplicates: [], styles: [] },
    contents,
    [],
  );
  t.is(pairs.length, 7);
  const warnings = splitWarnings(rules, pairs, { contents: [] });
  t.is(warnings.length, 6);
  t.is(
    warnings[4],
    'train/a/0.jpg (train) and test/a/5.jpg (test) look like the same picture in two splits (and 2 more: `plan --duplicates` lists all).',
  );
});

test('splits whose names differ in case only become one folder on some systems', (t) => {
  const contents = ['train', 'Train', 'test'].map((split) => ({
    ...imageIn(split, '1'),
    split,
    group: split,
  }));
  const found = splitWarnings(rules, [], { contents });
  t.deepEqual(found, [
    'The splits "train" and "Train" become the same folder on case-insensitive file systems (Windows, macOS).',
  ]);
});
