import test from 'ava';
import { classesOf } from '../../src/plan/counts.js';
import { interleave } from '../../src/plan/interleave.js';
import type { PlanItem } from '../../src/plan/item.js';
import { makePlan } from '../../src/plan/plan.js';
import { keyOfDigest } from '../../src/random.js';
import { contentOf, contentsOf, digest, jobWith, network, stylesOf } from './synthetic.js';

/** The number of values of each kind. */
function countBy<T>(values: Iterable<T>, kindOf: (value: T) => string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(kindOf(value), (counts.get(kindOf(value)) ?? 0) + 1);
  return counts;
}

const jobs: readonly [name: string, lines: string][] = [
  ['uniform', 'sampling: { stylesPerContent: 3 }'],
  ['no originals', 'sampling: { stylesPerContent: 2, keepOriginals: false }'],
  ['round robin', 'sampling: { stylesPerContent: 2, styles: roundRobin }'],
  ['balanced classes', 'sampling: { stylesPerContent: 1, balanceClasses: true }'],
  ['a limit', 'sampling: { stylesPerContent: 3, limit: 29 }'],
  ['replicas', 'sampling: { stylesPerContent: 17 }'],
  ['only originals', 'sampling: { stylesPerContent: 0 }'],
];
const inventory = { contents: contentsOf({ ant: 30, bee: 7, cow: 1, dog: 12 }), styles: stylesOf({ '': 6 }) };

for (const [name, lines] of jobs) {
  test(`${name}: the interleaved order has the items of the plan, each once`, (t) => {
    const plan = makePlan(jobWith(lines), inventory, network);
    const inOrder = [...plan.items()];
    const made = [...plan.interleaved()];
    t.is(made.length, plan.counts.total);
    t.deepEqual(
      [...made].sort((a, b) => a.index - b.index),
      inOrder,
    );
  });

  test(`${name}: every prefix has the share of every class, to within one item of each`, (t) => {
    const plan = makePlan(jobWith(lines), inventory, network);
    const made = [...plan.interleaved()];
    const whole = countBy(made, ({ label }) => `${label}`);
    for (let m = 0; m <= made.length; m++) {
      const prefix = countBy(made.slice(0, m), ({ label }) => `${label}`);
      for (const [label, total] of whole) {
        const share = (m * total) / made.length;
        const found = prefix.get(label) ?? 0;
        // Each class is ahead by at most one item, so one may be behind by what the others are ahead.
        t.true(found <= share + 1 && found >= share - whole.size, `${label}: ${found} of ${m}, not ${share}`);
      }
    }
  });
}

test('the first items are one of each class', (t) => {
  const plan = makePlan(jobWith('sampling: { stylesPerContent: 3 }'), inventory, network);
  const labels = [...plan.interleaved()].slice(0, 4).map(({ label }) => label);
  t.deepEqual(labels.sort(), ['ant', 'bee', 'cow', 'dog']);
});

test('a prefix has originals and styles as often as the whole', (t) => {
  const contents = contentsOf({ ant: 300, bee: 100 });
  for (const styles of ['uniform', 'roundRobin']) {
    const lines = `sampling: { stylesPerContent: 3, styles: ${styles} }`;
    const made = [
      ...makePlan(jobWith(lines), { contents, styles: stylesOf({ '': 4 }) }, network).interleaved(),
    ];
    const kindOf = (item: PlanItem) => (item.kind === 'original' ? 'original' : item.sources.style.path);
    const prefix = countBy(made.slice(0, 400), kindOf);
    t.true(Math.abs((prefix.get('original') ?? 0) - 100) <= 2, `${prefix.get('original')} originals`);
    // 300 draws from 4 styles: 75 each, with a standard deviation of 7.5.
    for (const path of ['0.jpg', '1.jpg', '2.jpg', '3.jpg'])
      t.true(Math.abs((prefix.get(path) ?? 0) - 75) < 30, `${styles} ${path}: ${prefix.get(path)}`);
  }
});

test('the order does not follow file names, and a new image does not change that of the others', (t) => {
  const contents = contentsOf({ ant: 40 });
  const order = (entries: typeof contents) => {
    const keys = entries.map(({ sha256 }) => keyOfDigest(sha256));
    const positions = interleave(classesOf(entries), keys, new Uint32Array(entries.length).fill(1));
    return [...positions].map(({ content }) => entries[content].path);
  };
  const before = order(contents);
  t.notDeepEqual(before, [...before].sort());
  const after = order([...contents, contentOf('ant/new.jpg', 'ant')]);
  t.deepEqual(
    after.filter((path) => path !== 'ant/new.jpg'),
    before,
  );
});

test('a thousand classes of uneven sizes are interleaved', (t) => {
  const sizes = Array.from({ length: 1000 }, (_, i) => 1 + (i % 37));
  const contents = sizes.flatMap((size, label) =>
    Array.from({ length: size }, (_, i) => ({
      path: `${label}/${i}`,
      sha256: digest(`${label}/${i}`),
      bytes: 1,
      label: String(label).padStart(4, '0'),
    })),
  );
  const keys = contents.map(({ sha256 }) => keyOfDigest(sha256));
  const made = [...interleave(classesOf(contents), keys, new Uint32Array(contents.length).fill(2))];
  t.is(made.length, 2 * contents.length);
  t.is(new Set(made.slice(0, 1000).map(({ content }) => contents[content].label)).size, 1000);
  t.is(new Set(made.map(({ content, item }) => 2 * content + item)).size, made.length);
});
