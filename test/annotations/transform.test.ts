import test from 'ava';
import fc from 'fast-check';
import sharp from 'sharp';
import type { AnnotatedObject } from '../../src/annotations/object.js';
import { paintPolygons } from '../../src/annotations/paint.js';
import { decodeRle, encodeRle, maskOfRuns } from '../../src/annotations/rle.js';
import { placeObject } from '../../src/annotations/transform.js';
import { decodeImage } from '../../src/images/decode.js';
import { apply, chain, fitting, inverse, orienting } from '../../src/images/geometry/affine.js';

const identity = orienting(1, { widthPx: 1, heightPx: 1 });
const shape = { widthPx: 10, heightPx: 10 };
const box = (...bbox: [number, number, number, number]): AnnotatedObject => ({
  category: 'a',
  categoryId: 1,
  bbox,
});

test('run lengths survive encoding, and have the text of pycocotools', (t) => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 1, max: 300 }),
      fc.nat(),
      (heightPx, widthPx, seed) => {
        const data = Uint8Array.from({ length: widthPx * heightPx }, (_, i) => ((i * 7919 + seed) >> 4) & 1);
        const mask = { data, widthPx, heightPx };
        t.deepEqual(decodeRle(encodeRle(mask)), mask);
      },
    ),
    { numRuns: 100 },
  );
  // pycocotools.mask.encode of a 3 x 4 mask with the middle row set.
  const middle = { data: Uint8Array.from([0, 0, 0, 0, 1, 1, 1, 1, 0, 0, 0, 0]), widthPx: 4, heightPx: 3 };
  t.is(encodeRle(middle).counts, '11200000O');
  t.throws(() => maskOfRuns([3], 2, 2), { code: 'annotations-invalid' });
});

test('the map of a crop is that of the decoder, to the pixel', async (t) => {
  for (const [widthPx, heightPx] of [
    [65, 32],
    [64, 32],
    [32, 67],
    [50, 33],
  ]) {
    const pixels = Uint8Array.from({ length: widthPx * heightPx * 3 }, (_, i) => {
      const [at, channel] = [Math.floor(i / 3), i % 3];
      return channel === 0 ? (at % widthPx) * 3 : channel === 1 ? Math.floor(at / widthPx) * 3 : 0;
    });
    const bytes = await sharp(pixels, { raw: { width: widthPx, height: heightPx, channels: 3 } })
      .png()
      .toBuffer();
    const decoded = await decodeImage(bytes, { sizePx: 32, fit: 'crop' });
    const map = fitting({ widthPx, heightPx }, decoded, 'crop');
    const [x, y] = apply(inverse(map), 0.5, 0.5);
    t.true(Math.abs(x - 0.5 - decoded.data[0] / 3) < 0.5 && Math.abs(y - 0.5 - decoded.data[1] / 3) < 0.5);
  }
});

test('turned images: every EXIF orientation maps the corner where the decoder has it', async (t) => {
  const stored = { widthPx: 6, heightPx: 4 };
  const pixels = new Uint8Array(6 * 4 * 3);
  pixels.set([255, 255, 255], (1 * 6 + 2) * 3);
  for (let orientation = 1; orientation <= 8; orientation++) {
    const bytes = await sharp(pixels, { raw: { width: 6, height: 4, channels: 3 } })
      .withMetadata({ orientation })
      .png()
      .toBuffer();
    const { data, info } = await sharp(bytes).autoOrient().raw().toBuffer({ resolveWithObject: true });
    const at = data.indexOf(255) / info.channels;
    const [x, y] = apply(orienting(orientation, stored), 2.5, 1.5);
    t.deepEqual(
      [Math.floor(x), Math.floor(y)],
      [at % info.width, Math.floor(at / info.width)],
      `${orientation}`,
    );
  }
});

test('maps are chained and inverted', (t) => {
  const map = chain(
    orienting(6, { widthPx: 6, heightPx: 4 }),
    fitting({ widthPx: 4, heightPx: 6 }, shape, 'crop'),
  );
  const [x, y] = apply(inverse(map), ...apply(map, 1.5, 2.5));
  t.true(Math.abs(x - 1.5) < 1e-9 && Math.abs(y - 2.5) < 1e-9);
});

test('boxes are clipped; those outside vanish', (t) => {
  t.like(placeObject(box(-5, 2, 8, 20), identity, shape), { bbox: [0, 2, 3, 8], area: 24 });
  t.is(placeObject(box(10, 0, 5, 5), identity, shape), undefined);
  t.is(placeObject(box(9.5, 0, 5, 5), identity, shape), undefined);
  t.like(placeObject(box(9, 0, 5, 5), identity, shape), { bbox: [9, 0, 1, 5] });
});

test('outlines and masks are clipped, with the area that is left', (t) => {
  const outline = {
    ...box(5, 5, 10, 10),
    polygons: [
      [5, 5, 15, 5, 15, 15, 5, 15],
      [20, 20, 30, 20, 30, 30],
    ],
  };
  t.like(placeObject(outline, identity, shape), {
    bbox: [5, 5, 5, 5],
    area: 25,
    polygons: [[5, 10, 5, 5, 10, 5, 10, 10]],
  });
  const rle = encodeRle(paintPolygons([[0, 0, 4, 0, 4, 20, 0, 20]], { widthPx: 20, heightPx: 20 }));
  const half = fitting({ widthPx: 20, heightPx: 20 }, shape, 'stretch');
  const placed = placeObject({ ...box(0, 0, 4, 20), rle }, half, shape);
  t.like(placed, { bbox: [0, 0, 2, 10], area: 20 });
});
