import test from 'ava';
import { edgeF1 } from '../../src/images/edges.js';
import type { Pixels } from '../../src/images/pixels.js';

const size = 64;

/** A white square on black, moved to the right. */
function square(shiftPx: number): Pixels {
  const data = new Uint8Array(size * size * 3);
  for (let y = 16; y < 40; y++)
    for (let x = 16 + shiftPx; x < 40 + shiftPx; x++)
      data.fill(255, (y * size + x) * 3, (y * size + x) * 3 + 3);
  return { data, widthPx: size, heightPx: size };
}

test('edges that stay within two pixels count as the same', (t) => {
  t.is(edgeF1(square(0), square(0)), 1);
  t.true(edgeF1(square(0), square(2)) > 0.95);
  const far = edgeF1(square(0), square(8));
  t.true(far > 0.2 && far < 0.7, `${far}`);
});

test('an image without edges has lost all, or had none', (t) => {
  const flat = { data: new Uint8Array(size * size * 3), widthPx: size, heightPx: size };
  t.is(edgeF1(square(0), flat), 0);
  t.is(edgeF1(flat, flat), 1);
});
