import test from 'ava';
import sharp, { type Sharp } from 'sharp';
import { decodeImage } from '../../src/images/decode.js';
import { blue, colorAt, distance, frames, markedCorner, noise, red, solid } from './fixtures.js';

const keep64 = { sizePx: 64, fit: 'keep' } as const;

/** For each EXIF orientation, the stored form of an upright image. */
const storedForms: readonly ((upright: Sharp) => Sharp)[] = [
  (image) => image,
  (image) => image.flop(),
  (image) => image.rotate(180),
  (image) => image.flip(),
  // Mirrored along a diagonal; sharp flips before it rotates.
  (image) => image.flip().rotate(90),
  (image) => image.rotate(270),
  (image) => image.flip().rotate(270),
  (image) => image.rotate(90),
];

storedForms.forEach((stored, index) => {
  const orientation = index + 1;
  test(`EXIF orientation ${orientation} is applied`, async (t) => {
    const pixels = await stored(await markedCorner(128, 96))
      .png()
      .toBuffer();
    const file = await sharp(pixels)
      .withMetadata({ orientation })
      .jpeg({ quality: 100, chromaSubsampling: '4:4:4' })
      .toBuffer();
    t.is((await sharp(file).metadata()).orientation, orientation);

    const image = await decodeImage(file, { sizePx: 128, fit: 'keep' });
    t.deepEqual([image.widthPx, image.heightPx], [128, 96]);
    t.true(distance(colorAt(image, 4, 4), red) <= 4, 'upper left');
    t.true(distance(colorAt(image, 123, 4), blue) <= 4, 'upper right');
    t.true(distance(colorAt(image, 4, 91), blue) <= 4, 'lower left');
    t.true(distance(colorAt(image, 123, 91), blue) <= 4, 'lower right');
  });
});

test('grayscale with alpha is composited on white and becomes RGB', async (t) => {
  const bytes = Buffer.alloc(64 * 64 * 2);
  for (let at = 0; at < bytes.length; at += 2) bytes.set([100, 128], at);
  const file = await sharp(bytes, { raw: { width: 64, height: 64, channels: 2 } })
    .toColorspace('b-w')
    .png()
    .toBuffer();
  t.is((await sharp(file).metadata()).channels, 2);
  const image = await decodeImage(file, keep64);
  t.is(image.data.length, 64 * 64 * 3);
  // 100 * 128 / 255 + 255 * 127 / 255 = 177.2
  t.true(distance(colorAt(image, 32, 32), [177, 177, 177]) <= 1);
});

test('transparent pixels become white', async (t) => {
  const file = await sharp({
    create: { width: 64, height: 64, channels: 4, background: { r: 200, g: 0, b: 0, alpha: 0 } },
  })
    .png()
    .toBuffer();
  t.deepEqual(colorAt(await decodeImage(file, keep64), 10, 10), [255, 255, 255]);
});

test('16-bit RGB becomes 8-bit', async (t) => {
  const samples = new Uint16Array(64 * 64 * 3).map((_, index) => [51400, 12850, 32896][index % 3] as number);
  const file = await sharp(samples, { raw: { width: 64, height: 64, channels: 3 } })
    .toColorspace('rgb16')
    .png()
    .toBuffer();
  t.is((await sharp(file).metadata()).depth, 'ushort');
  t.true(distance(colorAt(await decodeImage(file, keep64), 5, 60), [200, 50, 128]) <= 1);
});

test('16-bit grayscale becomes 8-bit', async (t) => {
  const samples = new Uint16Array(64 * 64).fill(25700);
  const file = await sharp(samples, { raw: { width: 64, height: 64, channels: 1 } })
    .toColorspace('grey16')
    .png()
    .toBuffer();
  t.is((await sharp(file).metadata()).depth, 'ushort');
  t.true(distance(colorAt(await decodeImage(file, keep64), 5, 60), [100, 100, 100]) <= 1);
});

test('CMYK becomes sRGB', async (t) => {
  for (const color of [
    [160, 130, 110],
    [90, 120, 90],
  ] as const) {
    const file = await solid(64, 64, color).toColorspace('cmyk').jpeg({ quality: 100 }).toBuffer();
    t.is((await sharp(file).metadata()).space, 'cmyk');
    const image = await decodeImage(file, keep64);
    t.is(image.data.length, 64 * 64 * 3);
    t.true(distance(colorAt(image, 32, 32), color) <= 12, `${colorAt(image, 32, 32)}`);
  }
});

test('an embedded profile is converted to sRGB', async (t) => {
  const color = [200, 90, 60] as const;
  const file = await solid(64, 64, color).withIccProfile('p3').png().toBuffer();
  const stored = await sharp(file).metadata();
  t.truthy(stored.icc);
  t.true(distance(colorAt(await decodeImage(file, keep64), 32, 32), color) <= 2);
});

test('every supported format can be decoded', async (t) => {
  const image = solid(64, 48, red);
  const files = {
    jpeg: await image.clone().jpeg({ quality: 100 }).toBuffer(),
    png: await image.clone().png().toBuffer(),
    webp: await image.clone().webp({ lossless: true }).toBuffer(),
    tiff: await image.clone().tiff({ compression: 'lzw' }).toBuffer(),
    bigTiff: await image.clone().tiff({ bigtiff: true }).toBuffer(),
    gif: await image.clone().gif().toBuffer(),
    avif: await image.clone().avif({ quality: 95, effort: 0 }).toBuffer(),
  };
  for (const [format, file] of Object.entries(files)) {
    const decoded = await decodeImage(file, keep64);
    t.deepEqual([decoded.widthPx, decoded.heightPx], [64, 48], format);
    t.true(distance(colorAt(decoded, 30, 30), red) <= 5, `${format}: ${colorAt(decoded, 30, 30)}`);
  }
});

test('keep preserves the aspect ratio: a circle stays a circle', async (t) => {
  const disc = Buffer.from(
    '<svg width="640" height="427"><rect width="640" height="427" fill="#fff"/><circle cx="320" cy="213.5" r="150"/></svg>',
  );
  const image = await decodeImage(await sharp(disc).png().toBuffer(), { sizePx: 256, fit: 'keep' });
  t.deepEqual([image.widthPx, image.heightPx], [256, 171]);
  const dark = (x: number, y: number) => colorAt(image, x, y)[0] < 128;
  const across = Array.from({ length: 256 }, (_, x) => dark(x, 85)).filter(Boolean).length;
  const down = Array.from({ length: 171 }, (_, y) => dark(128, y)).filter(Boolean).length;
  t.true(Math.abs(across - down) <= 1, `${across} x ${down}`);
});

test('crop takes the centered square, stretch the whole image', async (t) => {
  // Three bars of 100 px: red, blue, red.
  const bar = await solid(100, 100, blue).png().toBuffer();
  const file = await solid(300, 100, red)
    .composite([{ input: bar, left: 100, top: 0 }])
    .png()
    .toBuffer();
  const cropped = await decodeImage(file, { sizePx: 50, fit: 'crop' });
  t.deepEqual([cropped.widthPx, cropped.heightPx], [50, 50]);
  t.deepEqual(colorAt(cropped, 25, 25), [...blue]);
  t.true(distance(colorAt(cropped, 2, 25), blue) <= 2);
  t.true(distance(colorAt(cropped, 47, 25), blue) <= 2);
  const stretched = await decodeImage(file, { sizePx: 60, fit: 'stretch' });
  t.deepEqual([stretched.widthPx, stretched.heightPx], [60, 60]);
  t.true(distance(colorAt(stretched, 5, 30), red) <= 2);
  t.deepEqual(colorAt(stretched, 30, 30), [...blue]);
});

test('for an exact shape, the excess is cropped evenly', async (t) => {
  const bar = await solid(100, 100, blue).png().toBuffer();
  const file = await solid(300, 100, red)
    .composite([{ input: bar, left: 100, top: 0 }])
    .png()
    .toBuffer();
  const image = await decodeImage(file, { widthPx: 100, heightPx: 50 });
  t.deepEqual([image.widthPx, image.heightPx], [100, 50]);
  t.true(distance(colorAt(image, 10, 25), red) <= 2);
  t.deepEqual(colorAt(image, 50, 25), [...blue]);
  t.true(distance(colorAt(image, 90, 25), red) <= 2);
});

test('keep loses no edge: a frame of one color is still there on all four sides', async (t) => {
  for (const [width, height] of [
    [640, 427],
    [1000, 335],
    [333, 1000],
  ]) {
    const frame = await solid(width, height, red)
      .composite([
        {
          input: await solid(width - 40, height - 40, blue)
            .png()
            .toBuffer(),
          left: 20,
          top: 20,
        },
      ])
      .png()
      .toBuffer();
    const image = await decodeImage(frame, { sizePx: 100, fit: 'keep' });
    const [right, bottom] = [image.widthPx - 1, image.heightPx - 1];
    const [x, y] = [image.widthPx >> 1, image.heightPx >> 1];
    for (const [column, row] of [
      [0, y],
      [right, y],
      [x, 0],
      [x, bottom],
    ]) {
      const message = `${width} x ${height} at ${column}, ${row}`;
      t.true(distance(colorAt(image, column, row), red) <= 8, message);
    }
  }
});

test('a panorama 20,000 px wide keeps its ends', async (t) => {
  const bar = await solid(600, 300, red).png().toBuffer();
  const file = await solid(20000, 300, blue)
    .composite([{ input: bar, left: 9700, top: 0 }])
    .jpeg()
    .toBuffer();
  const image = await decodeImage(file, { sizePx: 256, fit: 'keep' });
  t.deepEqual([image.widthPx, image.heightPx], [256, 4]);
  t.true(distance(colorAt(image, 128, 2), red) <= 8);
  t.true(distance(colorAt(image, 20, 2), blue) <= 8);
});

test('a single pixel is scaled up', async (t) => {
  const image = await decodeImage(await solid(1, 1, red).png().toBuffer(), { sizePx: 256, fit: 'keep' });
  t.deepEqual([image.widthPx, image.heightPx], [256, 256]);
  t.deepEqual(colorAt(image, 200, 3), [...red]);
});

test('the same file gives the same pixels at every thread count', async (t) => {
  const file = await noise(700, 500).jpeg().toBuffer();
  const before = sharp.concurrency();
  sharp.concurrency(1);
  const one = await decodeImage(file, { sizePx: 256, fit: 'keep' });
  sharp.concurrency(2);
  const two = await decodeImage(file, { sizePx: 256, fit: 'keep' });
  sharp.concurrency(before);
  t.deepEqual(one, two);
});

test('a single-frame GIF is decoded, an animation is rejected', async (t) => {
  await t.notThrowsAsync(decodeImage(await frames(40, 40, 1).gif().toBuffer(), keep64));
  await t.throwsAsync(decodeImage(await frames(40, 40, 3).gif().toBuffer(), keep64));
});
