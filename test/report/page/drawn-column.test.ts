import test from 'ava';
import type { ParameterValue } from '../../../src/report/page/rows.js';
import { DrawnColumn } from '../../../src/report/page/survey/drawn-column.js';

const sequences: readonly (readonly (ParameterValue | undefined)[])[] = [
  [7],
  [7, 7, 7, 7],
  [7, 7, 8, 7],
  [undefined, undefined, 'a', 'a'],
  ['a', undefined, 'a', 'a', undefined, 'a'],
  ['a', 'a', undefined, 'b', 'b'],
  [null, null, false, null],
];

for (const sequence of sequences) {
  test(`a column has what was set: ${sequence.map(String).join(' ')}`, (t) => {
    let column: DrawnColumn | undefined;
    for (const [index, value] of sequence.entries()) {
      if (value === undefined) continue;
      if (column) column.set(index, value);
      else column = new DrawnColumn(index, value);
    }
    const values = column?.values() ?? [];
    t.deepEqual(
      sequence.map((_, index) => values[index]),
      sequence,
    );
    t.is(column?.varies, new Set(sequence.filter((value) => value !== undefined)).size > 1);
  });
}
