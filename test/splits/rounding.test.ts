import test from 'ava';
import fc from 'fast-check';
import { roundTable } from '../../src/splits/rounding.js';

const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);

/** Tables whose rows have whole sums. */
const tables = fc
  .tuple(
    fc.integer({ min: 1, max: 5 }),
    fc.array(fc.integer({ min: 0, max: 30 }), { minLength: 1, maxLength: 12 }),
  )
  .chain(([columns, totals]) =>
    fc
      .array(fc.integer({ min: 1, max: 1000 }), { minLength: columns, maxLength: columns })
      .map((weights) => totals.map((total) => weights.map((weight) => (total * weight) / sum(weights)))),
  );

test('every number is rounded up or down, rows keep their sums, and sums of columns are rounded up or down', (t) => {
  fc.assert(
    fc.property(tables, (table) => {
      const rounded = roundTable(table);
      for (const [r, row] of table.entries()) {
        t.is(sum(rounded[r]), Math.round(sum(row)));
        for (const [j, value] of row.entries())
          t.true(Math.abs(rounded[r][j] - value) < 1 - 1e-9 && Number.isInteger(rounded[r][j]));
      }
      for (const j of table[0].keys()) {
        const [before, after] = [table, rounded].map((rows) => sum(rows.map((row) => row[j])));
        t.true(Math.abs(after - before) < 1 - 1e-9, `${before} -> ${after}`);
      }
    }),
    { numRuns: 300 },
  );
});

test('whole numbers stay, and an empty table is empty', (t) => {
  t.deepEqual(roundTable([]), []);
  t.deepEqual(
    roundTable([
      [8, 1, 1],
      [0, 0, 0],
    ]),
    [
      [8, 1, 1],
      [0, 0, 0],
    ],
  );
});

test('small classes are balanced in all: ten classes of five images', (t) => {
  const rounded = roundTable(Array.from({ length: 10 }, () => [4, 0.5, 0.5]));
  t.deepEqual(
    [0, 1, 2].map((j) => sum(rounded.map((row) => row[j]))),
    [40, 5, 5],
  );
});
