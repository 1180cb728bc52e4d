/** Blending results with the content. @module */
import test from 'ava';
import { blended, type Half, halvedBlend } from '../../src/methods/blend.js';

const flat = (value: number, height: number, width: number) => ({
  data: new Float32Array(height * width * 3).fill(value),
  shape: [1, height, width, 3],
});

/** One row of digits per row of the image: 1 where it is stylized. */
function halfOf(half: Half, height: number, width: number): string {
  const content = { key: 'content', tensor: flat(0, height, width) };
  const { data } = blended({ half }, flat(1, height, width), content);
  const pixels = Array.from({ length: height * width }, (_, i) => data[3 * i]);
  return Array.from({ length: height }, (_, y) => pixels.slice(y * width, (y + 1) * width).join('')).join(
    ' ',
  );
}

test('a half is stylized, and the middle of an odd edge is not', (t) => {
  t.is(halfOf('left', 2, 4), '1100 1100');
  t.is(halfOf('right', 1, 5), '00011');
  t.is(halfOf('top', 3, 2), '11 00 00');
  t.is(halfOf('bottom', 4, 1), '0 0 1 1');
});

test('half of a blend is half of its shares; a half stays', (t) => {
  t.is(halvedBlend(0.6), 0.3);
  t.deepEqual(halvedBlend({ '#ff0000': 1, '#000000': 0.5 }), { '#ff0000': 0.5, '#000000': 0.25 });
  t.deepEqual(halvedBlend({ half: 'left' }), { half: 'left' });
});
