/** Decoding of masks. @module */
import test from 'ava';
import sharp from 'sharp';
import { decodeMask, resizeMask } from '../../src/images/mask.js';

/** A PNG whose colors are given for each pixel. */
const png = (width: number, height: number, colorAt: (x: number, y: number) => readonly number[]) =>
  sharp(
    Uint8Array.from(
      { length: width * height * 3 },
      (_, i) => colorAt(Math.floor(i / 3) % width, Math.floor(i / 3 / width))[i % 3],
    ),
    {
      raw: { width, height, channels: 3 },
    },
  )
    .png()
    .toBuffer();

const red = [255, 0, 0];
const black = [0, 0, 0];

test('colors are kept as they are at any size', async (t) => {
  const bytes = await png(100, 50, (x) => (x < 41 ? red : black));
  const image = { widthPx: 200, heightPx: 100 };
  const shape = { widthPx: 32, heightPx: 16 };
  const mask = await decodeMask(bytes, image, shape, 'keep');
  t.deepEqual(mask.colors, ['#000000', '#ff0000']);
  t.is(mask.indexes.length, 512);
  for (const [i, index] of mask.indexes.entries())
    t.is(index, Math.floor((((i % 32) + 0.5) * 100) / 32) < 41 ? 1 : 0);
  const larger = resizeMask({ key: 'm', ...mask }, { widthPx: 64, heightPx: 32 });
  t.deepEqual(
    [...larger.indexes.slice(0, 64)],
    [...mask.indexes.slice(0, 32)].flatMap((index) => [index, index]),
  );
});

test('a mask is cropped or stretched like its image', async (t) => {
  const bytes = await png(80, 40, (x) => (x < 20 ? red : black));
  const image = { widthPx: 80, heightPx: 40 };
  const square = { widthPx: 32, heightPx: 32 };
  const cropped = await decodeMask(bytes, image, square, 'crop');
  t.true(cropped.indexes.every((index) => cropped.colors[index] === '#000000'));
  const stretched = await decodeMask(bytes, image, square, 'stretch');
  t.is(stretched.indexes.filter((index) => stretched.colors[index] === '#ff0000').length, 8 * 32);
});

test('a mask of another aspect ratio, or with soft edges, is refused', async (t) => {
  const shape = { widthPx: 32, heightPx: 32 };
  const plain = await png(40, 40, () => red);
  await t.throwsAsync(decodeMask(plain, { widthPx: 80, heightPx: 40 }, shape, 'keep', { name: 'm.png' }), {
    message: 'm.png: is 40 x 40 pixels, but its image is 80 x 40',
  });
  const soft = await png(40, 40, (x) => [x * 5, 0, 0]);
  await t.throwsAsync(decodeMask(soft, { widthPx: 40, heightPx: 40 }, shape, 'keep'), {
    message: /has more than 16 colors/,
  });
});
