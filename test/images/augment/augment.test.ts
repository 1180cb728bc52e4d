/** Classical augmentations of pixels. @module */
import test from 'ava';
import { augmentPixels } from '../../../src/images/augment/augment.js';
import { geometryOf } from '../../../src/images/augment/geometry.js';
import { type Augmentation, augmentSchema, resolveAugment } from '../../../src/images/augment/parameters.js';
import { apply } from '../../../src/images/geometry/affine.js';
import type { Pixels } from '../../../src/images/pixels.js';
import { drawNumber, keyOfSeed, uniform } from '../../../src/random.js';

const [widthPx, heightPx] = [40, 30];
const noise: Pixels = {
  data: Uint8Array.from({ length: widthPx * heightPx * 3 }, (_, i) =>
    Math.floor(256 * uniform(keyOfSeed(1), drawNumber('pixels'), i)),
  ),
  widthPx,
  heightPx,
};
const augmented = (augmentation: Augmentation, pixels = noise, seed = 1) =>
  augmentPixels(pixels, augmentation, seed, 'test');
const difference = (a: Pixels, b: Pixels) =>
  a.data.reduce((sum, value, i) => sum + Math.abs(value - b.data[i]), 0) / a.data.length;

test('what changes nothing is left out', (t) => {
  const parse = (value: unknown) => resolveAugment(augmentSchema.parse(value));
  t.is(parse({}), undefined);
  t.is(parse({ before: { flip: 'none', affine: {}, crop: {}, color: {}, blur: 0.2, noise: 0 } }), undefined);
  t.deepEqual(parse({ after: { affine: { scale: 2, rotate: 3 }, jpeg: 50 }, before: {} }), {
    after: { affine: { rotate: 3, scale: 2, shear: 0, x: 0, y: 0 }, jpeg: 50 },
  });
});

test('mirror images are exact', async (t) => {
  for (const flip of ['horizontal', 'vertical', 'both'] as const) {
    const { data } = await augmented({ flip });
    for (let y = 0; y < heightPx; y++) {
      for (let x = 0; x < widthPx; x++) {
        const [u, v] = [
          flip === 'vertical' ? x : widthPx - 1 - x,
          flip === 'horizontal' ? y : heightPx - 1 - y,
        ];
        for (const c of [0, 1, 2])
          t.is(data[(y * widthPx + x) * 3 + c], noise.data[(v * widthPx + u) * 3 + c]);
      }
    }
  }
});

test('pixels move to where the geometry says', async (t) => {
  const still = { rotate: 0, scale: 1, shear: 0, x: 0, y: 0 };
  const cases: Augmentation[] = [
    { flip: 'horizontal', crop: { share: 0.7, x: 0.2, y: 0.5 } },
    { affine: { ...still, rotate: 25 } },
    { affine: { ...still, scale: 0.6, x: 0.1 } },
    { affine: { rotate: -70, scale: 1.3, shear: 20, x: 0.05, y: -0.1 }, flip: 'both' },
  ];
  // A bright square around (22, 16).
  const data = new Uint8Array(widthPx * heightPx * 3);
  for (let y = 14; y < 18; y++)
    for (let x = 20; x < 24; x++) data.fill(255, (y * widthPx + x) * 3, (y * widthPx + x) * 3 + 3);
  for (const augmentation of cases) {
    const map = geometryOf(augmentation, noise);
    const { data: moved } = await augmented(augmentation, { data, widthPx, heightPx });
    let [sum, atX, atY] = [0, 0, 0];
    for (let i = 0; i < moved.length; i += 3) {
      sum += moved[i];
      atX += moved[i] * (((i / 3) % widthPx) + 0.5);
      atY += moved[i] * (Math.floor(i / 3 / widthPx) + 0.5);
    }
    const [x, y] = apply(map as NonNullable<typeof map>, 22, 16);
    const distance = Math.hypot(atX / sum - x, atY / sum - y);
    t.true(distance < 0.2, `${JSON.stringify(augmentation)} ${distance}`);
  }
});

test('every augmentation changes the image, keeps its shape and is deterministic', async (t) => {
  const each: Augmentation[] = [
    { color: { brightness: 1.3, contrast: 0.7, saturation: 1.5, hue: 40 } },
    { grayscale: true },
    { blur: 1.5 },
    { noise: 0.1 },
    { jpeg: 20 },
    { cutout: { size: 0.5, x: 0.5, y: 0.5 } },
    { crop: { share: 0.5, x: 0, y: 1 } },
  ];
  for (const augmentation of each) {
    const [once, again] = [await augmented(augmentation), await augmented(augmentation)];
    t.is(once.data.length, noise.data.length, JSON.stringify(augmentation));
    t.deepEqual(once, again);
    t.true(difference(once, noise) > 2, JSON.stringify(augmentation));
  }
  const all = await augmented(Object.assign({}, ...each) as Augmentation);
  t.is(all.data.length, noise.data.length);
});

test('augmentations do what they say', async (t) => {
  const gray = await augmented({ grayscale: true });
  for (let i = 0; i < gray.data.length; i += 3)
    t.true(gray.data[i] === gray.data[i + 1] && gray.data[i] === gray.data[i + 2]);
  const flat: Pixels = { data: new Uint8Array(noise.data.length).fill(128), widthPx, heightPx };
  const { data } = await augmented({ noise: 0.1 }, flat);
  const deviation = Math.sqrt(data.reduce((sum, value) => sum + (value - 128) ** 2, 0) / data.length);
  t.true(Math.abs(deviation / 25.5 - 1) < 0.05, `${deviation}`);
  t.true(difference(await augmented({ noise: 0.1 }, flat, 2), await augmented({ noise: 0.1 }, flat, 1)) > 5);
  const cut = await augmented({ cutout: { size: 0.4, x: 1, y: 0 } });
  // A square of 12 pixels around a corner: a quarter of it is inside.
  let same = 0;
  for (let i = 0; i < cut.data.length; i++) if (cut.data[i] !== noise.data[i]) same++;
  t.true(same > 36 * 3 * 0.9 && same <= 36 * 3, `${same}`);
  const low = await augmented({ color: { brightness: 1, contrast: 0.5, saturation: 1, hue: 0 } });
  t.true(low.data.every((value, i) => Math.abs(value - (127.5 + 0.5 * (noise.data[i] - 127.5))) <= 1.5));
});
