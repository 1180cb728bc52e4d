import test from 'ava';
import { WildstyleError } from '../../src/errors.js';
import { fitShape } from '../../src/images/fit.js';

const keep = (width: number, height: number, sizePx: number, multiple?: number) => {
  const { widthPx, heightPx } = fitShape(width, height, {
    sizePx,
    fit: 'keep',
    ...(multiple === undefined ? {} : { multiple }),
  });
  return `${widthPx}x${heightPx}`;
};

test('keep: the long edge is the size, the short edge follows from the aspect ratio', (t) => {
  t.is(keep(4000, 3000, 256), '256x192');
  t.is(keep(3000, 4000, 256), '192x256');
  t.is(keep(640, 427, 256), '256x171');
  t.is(keep(500, 500, 256), '256x256');
  t.is(keep(500, 497, 256), '256x254');
  t.is(keep(1920, 1080, 384), '384x216');
  t.is(keep(10, 8, 256), '256x205');
  t.is(keep(20000, 300, 256), '256x4');
  t.is(keep(1, 65535, 256), '1x256');
});

test('keep: the short edge can be a multiple', (t) => {
  t.is(keep(640, 427, 256, 1), '256x171');
  t.is(keep(640, 427, 256, 8), '256x168');
  t.is(keep(640, 427, 256, 16), '256x176');
  t.is(keep(640, 427, 256, 64), '256x192');
});

test('keep: with a multiple, a square stays a square even if the size is not one', (t) => {
  t.is(keep(500, 500, 100, 16), '100x100');
  t.is(keep(500, 480, 100, 16), '100x96');
  t.is(keep(500, 400, 100, 16), '100x80');
});

test('keep: with a multiple, no edge is shorter than 32 px or the multiple, or longer than the size', (t) => {
  t.is(keep(20000, 300, 256, 16), '256x32');
  t.is(keep(1, 65535, 256, 16), '32x256');
  t.is(keep(20000, 300, 256, 48), '256x48');
  t.is(keep(20000, 300, 256, 20), '256x40');
  t.is(keep(20000, 300, 32, 16), '32x32');
  t.is(keep(100, 40, 40, 64), '40x40');
});

test('keep: with a multiple, at most half of it is cropped', (t) => {
  for (let width = 32; width <= 256; width += 7) {
    const { widthPx } = fitShape(width, 256, { sizePx: 256, fit: 'keep', multiple: 16 });
    t.true(Math.abs(widthPx - width) <= 8, `${width} -> ${widthPx}`);
    t.is(widthPx % 16, 0);
  }
});

test('an exact shape is returned as is', (t) => {
  t.deepEqual(fitShape(4000, 3000, { widthPx: 100, heightPx: 33 }), { widthPx: 100, heightPx: 33 });
  const error = t.throws(() => fitShape(9, 9, { widthPx: 100, heightPx: 0 }), { instanceOf: WildstyleError });
  t.regex(error.message, /target\.heightPx/);
});

test('crop and stretch give squares', (t) => {
  for (const fit of ['crop', 'stretch'] as const) {
    t.deepEqual(fitShape(4000, 3000, { sizePx: 250, fit }), { widthPx: 250, heightPx: 250 });
  }
});

test('the error names a size that is not a positive integer', (t) => {
  for (const sizePx of [0, -16, 12.5, Number.NaN]) {
    const error = t.throws(() => fitShape(10, 10, { sizePx, fit: 'keep' }), { instanceOf: WildstyleError });
    t.is(error.code, 'option-invalid');
    t.regex(error.message, new RegExp(`sizePx .* ${sizePx}`));
  }
});
