/** The linear algebra of a student's first values. @module */
import test from 'ava';
import { solveSymmetric, spanningChannels } from '../../scripts/distill/least-squares.js';
import { randomTensor } from '../engine/support.js';

/** Second moments of the columns of `[rows, size]`. */
function momentsOf(columns: readonly (readonly number[])[]): Float64Array {
  const size = columns.length;
  const moments = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) {
      moments[i * size + j] = columns[i].reduce((sum, value, row) => sum + value * columns[j][row], 0);
    }
  }
  return moments;
}

const column = (seed: number): number[] => [...randomTensor([50], seed).data];
const mixed = (a: readonly number[], b: readonly number[], share: number): number[] =>
  a.map((value, i) => share * value + (1 - share) * b[i]);

test('chooses channels that the others are sums of', (t) => {
  const [a, b, c] = [column(1), column(2), column(3)];
  const columns = [a, mixed(a, b, 0.5), b, mixed(a, b, 0.2), c, mixed(b, c, 0.6), mixed(a, c, 0.7)];
  const size = columns.length;
  const chosen = spanningChannels(momentsOf(columns), size, 3);
  t.is(new Set(chosen).size, 3);
  // Three independent channels span all seven: what is left of each is nothing.
  const moments = momentsOf(columns);
  const among = new Float64Array(9);
  const toAll = new Float64Array(3 * size);
  for (const [i, row] of chosen.entries()) {
    for (const [j, other] of chosen.entries()) among[i * 3 + j] = moments[row * size + other];
    for (let k = 0; k < size; k++) toAll[i * size + k] = moments[row * size + k];
  }
  const weights = solveSymmetric(among, toAll, 3, size, 0);
  for (let k = 0; k < size; k++) {
    let left = moments[k * size + k];
    for (let i = 0; i < 3; i++) left -= weights[i * size + k] * toAll[i * size + k];
    t.true(Math.abs(left) < 1e-6 * moments[k * size + k], `${k}: ${left}`);
  }
});

test('chooses every channel once, even if some are empty', (t) => {
  const columns = [column(1), new Array<number>(50).fill(0), column(2), new Array<number>(50).fill(0)];
  t.deepEqual([...spanningChannels(momentsOf(columns), 4, 4)].sort(), [0, 1, 2, 3]);
});

test('solves systems of equations', (t) => {
  const size = 6;
  const a = momentsOf(Array.from({ length: size }, (_, i) => column(10 + i)));
  const expected = Float64Array.from(randomTensor([size, 2], 5).data);
  const b = new Float64Array(size * 2);
  for (let i = 0; i < size; i++) {
    for (let c = 0; c < 2; c++) {
      for (let k = 0; k < size; k++) b[i * 2 + c] += a[i * size + k] * expected[k * 2 + c];
    }
  }
  const found = solveSymmetric(a, b, size, 2, 0);
  for (let i = 0; i < found.length; i++) t.true(Math.abs(found[i] - expected[i]) < 1e-6, `${i}: ${found[i]}`);
});
