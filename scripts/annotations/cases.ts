/**
 * Places random annotations under every fit and geometric augmentation and writes what went in and what came out, one case a line, for
 * `compare.py`, which does the same with other libraries.
 * Usage: node dist/scripts/annotations/cases.js [number of cases]
 * @module
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import type { AnnotatedObject } from '../../src/annotations/object.js';
import { paintPolygons } from '../../src/annotations/paint.js';
import { placeAnnotations } from '../../src/annotations/place.js';
import { encodeRle } from '../../src/annotations/rle.js';
import { geometryOf } from '../../src/images/augment/geometry.js';
import type { Augmentation } from '../../src/images/augment/parameters.js';
import { fitShape } from '../../src/images/fit.js';
import { type Key, keyOfSeed, random32 } from '../../src/random.js';

const fits = ['keep', 'crop', 'stretch'] as const;
const names = ['background', 'one', 'two', 'three'];

/** Whole numbers from a range, both ends included. */
function numbers(key: Key, at: number): (low: number, high: number) => number {
  let next = 0;
  return (low, high) => low + (random32(key, at, next++) % (high - low + 1));
}

function polygonIn(draw: ReturnType<typeof numbers>, widthPx: number, heightPx: number): number[] {
  const [x, y, radius, corners] = [draw(0, widthPx), draw(0, heightPx), draw(8, 60), draw(3, 9)];
  return Array.from({ length: corners }, (_, i) => {
    const angle = (2 * Math.PI * i) / corners;
    const length = (radius * draw(60, 100)) / 100;
    return [
      Math.min(widthPx, Math.max(0, x + length * Math.cos(angle))),
      Math.min(heightPx, Math.max(0, y + length * Math.sin(angle))),
    ];
  }).flat();
}

const still = { rotate: 0, scale: 1, shear: 0, x: 0, y: 0 };

/**
 * Flips, one change of the affine map at a time (libraries compose them in different orders), and crops. Shifts and crops
 * are whole pixels, because albumentations rounds them.
 */
function augmentation(
  draw: ReturnType<typeof numbers>,
  { widthPx, heightPx }: { widthPx: number; heightPx: number },
): Augmentation {
  const shift = (edgePx: number) => Math.round((draw(-30, 30) / 100) * edgePx) / edgePx;

  const flip = (['horizontal', 'vertical', 'both'] as const)[draw(0, 5)];
  const changes = [
    { rotate: draw(-180, 180) },
    { scale: draw(50, 200) / 100 },
    { shear: draw(-40, 40) },
    { x: shift(widthPx), y: shift(heightPx) },
  ];
  const change = changes[draw(0, 7)];
  const keptPx = Math.round((draw(50, 97) / 100) * widthPx);
  const place = () => draw(0, widthPx - keptPx) / (widthPx - keptPx);
  const crop = { share: keptPx / widthPx, x: place(), y: place() };
  return {
    ...(flip && { flip }),
    ...(change && { affine: { ...still, ...change } }),
    ...(widthPx === heightPx && draw(0, 1) === 0 && { crop }),
  };
}

const count = Number(process.argv[2] ?? 300);
const folder = await mkdtemp(join(tmpdir(), 'wildstyle-annotations-'));
for (let index = 0; index < count; index++) {
  const draw = numbers(keyOfSeed(20), index);
  // Odd, so that the center of a pixel is never at the edge of two others, where libraries may take either.
  const [widthPx, heightPx, sizePx] = [2 * draw(20, 200) + 1, 2 * draw(20, 200) + 1, draw(32, 300)];
  const fit = fits[index % fits.length];
  const shape = fitShape(widthPx, heightPx, { sizePx, fit });
  const augment = index % 2 === 0 ? {} : augmentation(draw, shape);
  const polygon = polygonIn(draw, widthPx, heightPx);
  const [x, y] = [draw(0, widthPx - 2), draw(0, heightPx - 2)];
  const bbox = [x, y, draw(1, widthPx - x), draw(1, heightPx - y)] as const;
  const rle = encodeRle(paintPolygons([polygonIn(draw, widthPx, heightPx)], { widthPx, heightPx }));
  const whole = [0, 0, widthPx, heightPx] as const;
  const objects: AnnotatedObject[] = [
    { category: 'one', categoryId: 1, bbox },
    { category: 'two', categoryId: 2, bbox: whole, polygons: [polygon] },
    { category: 'three', categoryId: 3, bbox: whole, rle },
  ];
  const image = { name: 'image', widthPx, heightPx, orientation: 1 };
  const place = (annotations: Parameters<typeof placeAnnotations>[0]) =>
    placeAnnotations(annotations, image, { ...shape, fit }, names, geometryOf(augment, shape));
  const relative = bbox.map((value, i) => value / (i % 2 === 0 ? widthPx : heightPx)) as [
    number,
    number,
    number,
    number,
  ];
  // A mask of values: four fields.
  const values = Uint8Array.from(
    { length: widthPx * heightPx },
    (_, i) => (i % widthPx > x ? 1 : 0) + (i / widthPx > y ? 2 : 0),
  );
  const maskFile = join(folder, `${index}.png`);
  await sharp(values, { raw: { width: widthPx, height: heightPx, channels: 1 } })
    .toColourspace('b-w')
    .png()
    .toFile(maskFile);
  const [coco, yolo, masks] = await Promise.all([
    place({ objects }),
    place({ objects: [{ category: 'one', categoryId: 1, bbox: relative }], isRelative: true }),
    place({ objects: [], maskFile }),
  ]);
  const line = {
    widthPx,
    heightPx,
    fit,
    sizePx,
    shape,
    augment,
    objects,
    values: Buffer.from(values).toString('base64'),
    coco,
    yolo,
    masks,
  };
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
await rm(folder, { recursive: true });
