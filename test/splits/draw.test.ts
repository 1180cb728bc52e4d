import test from 'ava';
import fc from 'fast-check';
import { type DrawnGroup, drawSplits } from '../../src/splits/draw.js';
import { digest } from '../plan/synthetic.js';

const shareMaps = fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 2, maxLength: 5 }).map((weights) => {
  const total = weights.reduce((a, b) => a + b);
  return Object.fromEntries(weights.map((weight, index) => [`s${index}`, weight / total]));
});
const labels = fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 120 });

const single = (label: number, name: string): DrawnGroup => ({
  digest: digest(name),
  images: new Map([[`class ${label}`, 1]]),
  split: undefined,
});

/** The largest difference between the images of a split and its share, in all and by class. */
function worst(
  groups: readonly DrawnGroup[],
  splits: readonly string[],
  shares: Readonly<Record<string, number>>,
) {
  const classes = new Map<string, Map<string, number>>();
  for (const [index, { images }] of groups.entries()) {
    for (const [label, count] of images) {
      for (const name of ['all', `${label}`]) {
        const counts = classes.get(name) ?? new Map<string, number>();
        counts.set(splits[index], (counts.get(splits[index]) ?? 0) + count);
        classes.set(name, counts);
      }
    }
  }
  const differences = [...classes].map(([name, counts]) => {
    const total = [...counts.values()].reduce((a, b) => a + b);
    return [
      name,
      Math.max(
        ...Object.entries(shares).map(([split, share]) => Math.abs((counts.get(split) ?? 0) - share * total)),
      ),
    ] as const;
  });
  return {
    inAll: differences.find(([name]) => name === 'all')?.[1] ?? 0,
    inClass: Math.max(...differences.map(([, difference]) => difference)),
  };
}

test('shares are met within one image, in every class and in all', (t) => {
  fc.assert(
    fc.property(shareMaps, labels, fc.nat(), (shares, given, seed) => {
      const groups = given.map((label, index) => single(label, `${index}`));
      const { inAll, inClass } = worst(groups, drawSplits(groups, shares, [seed, 0]), shares);
      t.true(inAll < 1 && inClass < 1, `${inAll} ${inClass}`);
    }),
    { numRuns: 200 },
  );
});

test('the order of the groups does not matter', (t) => {
  fc.assert(
    fc.property(shareMaps, labels, (shares, given) => {
      const groups = given.map((label, index) => single(label, `${index}`));
      const splits = drawSplits(groups, shares, [1, 2]);
      t.deepEqual(drawSplits([...groups].reverse(), shares, [1, 2]).reverse(), splits);
    }),
    { numRuns: 50 },
  );
});

test('adding images moves no other, however often, and the shares stay right within two images', (t) => {
  fc.assert(
    fc.property(shareMaps, fc.array(labels, { minLength: 2, maxLength: 8 }), (shares, batches) => {
      let groups: DrawnGroup[] = [];
      for (const [number, batch] of batches.entries()) {
        const all = [...groups, ...batch.map((label, index) => single(label, `${number} ${index}`))];
        const splits = drawSplits(all, shares, [3, 4]);
        for (const [index, { split }] of groups.entries()) t.is(splits[index], split as string);
        groups = all.map((group, index) => ({ ...group, split: splits[index] }));
        t.true(worst(all, splits, shares).inAll < 2);
      }
    }),
    { numRuns: 60 },
  );
});

test('without memory, another image moves only images at the borders of the draw', (t) => {
  const shares = { train: 0.8, validation: 0.1, test: 0.1 };
  const groups = Array.from({ length: 200 }, (_, index) => single(0, `${index}`));
  const before = drawSplits(groups, shares, [1, 1]);
  const after = drawSplits([...groups, single(0, 'new')], shares, [1, 1]);
  t.true(before.filter((split, index) => split !== after[index]).length <= 2);
});

test('groups stay whole; the largest go first', (t) => {
  const shares = { train: 0.8, test: 0.2 };
  const sizes = [30, 20, 20, 10, 10, 5, 3, 1, 1];
  const groups = sizes.map((size, index) => ({ ...single(0, `${index}`), images: new Map([['a', size]]) }));
  const splits = drawSplits(groups, shares, [1, 1]);
  const test_ = sizes.reduce((sum, size, index) => sum + (splits[index] === 'test' ? size : 0), 0);
  t.is(test_, 20);
});
