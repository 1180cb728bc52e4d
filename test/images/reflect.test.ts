import test from 'ava';
import { cropToMiddle, padByReflection } from '../../src/images/reflect.js';

const row = (...data: number[]) => ({ data: Float32Array.from(data), shape: [1, 1, data.length, 1] });

test('an image is continued by reflection on both sides, the odd pixel after it', (t) => {
  t.deepEqual([...padByReflection(row(1, 2, 3), [1, 1, 8, 1]).data], [2, 1, 1, 2, 3, 3, 2, 1]);
  t.deepEqual([...padByReflection(row(1, 2), [1, 1, 9, 1]).data], [2, 2, 1, 1, 2, 2, 1, 1, 2]);
  t.deepEqual([...padByReflection(row(7), [1, 2, 3, 1]).data], [7, 7, 7, 7, 7, 7]);
});

test('cropping gives back what was padded', (t) => {
  for (const [height, width] of [
    [1, 1],
    [5, 32],
    [33, 7],
    [16, 16],
  ]) {
    const shape = [1, height, width, 3];
    const image = { data: Float32Array.from({ length: height * width * 3 }, (_, i) => i), shape };
    const padded = padByReflection(image, [1, 40, 32, 3]);
    t.deepEqual(padded.shape, [1, 40, 32, 3]);
    t.deepEqual(cropToMiddle(padded, shape), image);
  }
});

test('an image that has the shape is not copied', (t) => {
  const image = row(1, 2);
  t.is(padByReflection(image, image.shape), image);
  t.is(cropToMiddle(image, image.shape), image);
});
