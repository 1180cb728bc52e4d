import test from 'ava';
import type { ContentEntry } from '../../src/inventory/entries.js';
import { classesOf, itemsPerContent } from '../../src/plan/counts.js';
import { deriveKey, keyOfDigest, keyOfSeed } from '../../src/random.js';
import { contentOf, contentsOf } from './synthetic.js';

const plain = { stylesPerContent: 2, balanceClasses: false, keepOriginals: true, limit: undefined };

function countsOf(contents: readonly ContentEntry[], rules: Partial<Record<keyof typeof plain, unknown>>) {
  const classes = classesOf(contents);
  const keys = contents.map(({ sha256 }) => deriveKey(keyOfSeed(0), keyOfDigest(sha256)));
  const counts = itemsPerContent(classes, keys, { ...plain, ...rules } as typeof plain);
  const perClass = Object.fromEntries(
    classes.map(({ label, contents: indexes }) => [
      String(label),
      indexes.reduce((sum, i) => sum + counts[i], 0),
    ]),
  );
  return { counts: [...counts], perClass };
}

test('every content image has stylesPerContent items', (t) => {
  t.deepEqual(countsOf(contentsOf({ a: 2, b: 1 }), {}).counts, [2, 2, 2]);
});

test('balanced classes are equal in size', (t) => {
  const contents = contentsOf({ large: 10, middle: 7, rare: 1 });
  const { counts, perClass } = countsOf(contents, { balanceClasses: true, keepOriginals: false });
  t.deepEqual(perClass, { large: 20, middle: 20, rare: 20 });
  t.deepEqual(counts.slice(0, 10), new Array(10).fill(2));
  t.deepEqual([...counts.slice(10, 17)].sort(), [2, 3, 3, 3, 3, 3, 3]);
  t.is(counts[17], 20);
});

test('balancing counts originals if they are kept', (t) => {
  const { perClass } = countsOf(contentsOf({ large: 10, rare: 3 }), { balanceClasses: true });
  t.deepEqual(perClass, { large: 20, rare: 27 });
});

test('balancing gives at least stylesPerContent, and adding a content image does not change other classes', (t) => {
  const before = contentsOf({ a: 11, b: 4 });
  const after = [...before, contentOf('b/new.jpg', 'b')];
  const rules = { balanceClasses: true, stylesPerContent: 3 };
  const old = countsOf(before, rules).counts;
  const now = countsOf(after, rules).counts;
  t.true([...old, ...now].every((count) => count >= 3));
  t.deepEqual(now.slice(0, 11), old.slice(0, 11));
});

test('a limit is divided among classes, then among content images', (t) => {
  const contents = contentsOf({ a: 10, b: 2, c: 10 });
  const of = (limit: number) => countsOf(contents, { limit });
  t.deepEqual(of(30).perClass, { a: 13, b: 4, c: 13 });
  t.deepEqual(of(14).perClass, { a: 5, b: 4, c: 5 });
  t.deepEqual(of(3).perClass, { a: 1, b: 1, c: 1 });
  t.deepEqual(
    of(1).counts.reduce((a, b) => a + b),
    1,
  );
  t.deepEqual(of(44).counts, countsOf(contents, {}).counts);
  t.deepEqual(of(1000).counts, countsOf(contents, {}).counts);
  for (let limit = 1; limit <= 44; limit++) {
    const { counts, perClass } = of(limit);
    t.is(
      counts.reduce((a, b) => a + b),
      limit,
    );
    t.true(counts.every((count) => count <= 2));
    t.true(Math.abs(perClass.a - perClass.c) <= 1);
    t.true(perClass.b === 4 || Math.abs(perClass.a - perClass.b) <= 1);
  }
});

test('a larger limit only adds items', (t) => {
  const contents = contentsOf({ a: 6, b: 5, c: 1 });
  let before = countsOf(contents, { limit: 1 }).counts;
  for (let limit = 2; limit <= 24; limit++) {
    const { counts } = countsOf(contents, { limit });
    t.true(
      counts.every((count, i) => count >= before[i]),
      `${limit}`,
    );
    before = counts;
  }
});

test('images without labels form one class', (t) => {
  const contents = [contentOf('a.jpg', null), contentOf('b.jpg', null)];
  t.deepEqual(classesOf(contents), [{ label: null, contents: [0, 1] }]);
  t.deepEqual(countsOf(contents, { balanceClasses: true }).counts, [2, 2]);
});
