import test from 'ava';
import { resizeTensor } from '../../src/images/resize.js';
import { isClose, mean, pattern } from '../stylize/support.js';

const at = (
  { data, shape }: { data: Float32Array; shape: readonly number[] },
  y: number,
  x: number,
  c: number,
) => data[(y * shape[2] + x) * shape[3] + c];

test('the same size gives the same image', (t) => {
  const image = pattern(1, 7, 9);
  t.deepEqual(resizeTensor(image, image.shape).data, image.data);
});

test('a flat image stays flat, at any size', (t) => {
  const flat = { data: new Float32Array(5 * 7 * 3).fill(0.3), shape: [1, 5, 7, 3] };
  for (const [height, width] of [
    [11, 13],
    [2, 3],
    [5, 20],
  ]) {
    const { data, shape } = resizeTensor(flat, [1, height, width, 3]);
    t.deepEqual([...shape], [1, height, width, 3]);
    t.true(data.every((value) => Math.abs(value - 0.3) < 1e-6));
  }
});

test('twice as large interpolates linearly between the centers of pixels', (t) => {
  const ramp = { data: Float32Array.from({ length: 12 }, (_, i) => Math.floor(i / 3)), shape: [1, 1, 4, 3] };
  const large = resizeTensor(ramp, [1, 2, 8, 3]);
  const row = Array.from({ length: 8 }, (_, x) => at(large, 0, x, 1));
  t.deepEqual(row, [0, 0.25, 0.75, 1.25, 1.75, 2.25, 2.75, 3]);
});

test('half as large is a weighted mean: fine stripes become gray instead of vanishing', (t) => {
  const stripes = {
    data: Float32Array.from({ length: 64 * 3 }, (_, i) => Math.floor(i / 3) % 2),
    shape: [1, 1, 64, 3],
  };
  const { data } = resizeTensor(stripes, [1, 1, 32, 3]);
  t.true(data.slice(6, -6).every((value) => isClose(value, 0.5, 1e-6)));
  const image = pattern(3, 48, 64);
  t.true(Math.abs(mean(resizeTensor(image, [1, 24, 32, 3]).data) - mean(image.data)) < 5e-3);
});
