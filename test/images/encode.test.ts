import test from 'ava';
import sharp from 'sharp';
import { WildstyleError } from '../../src/errors.js';
import { decodeImage } from '../../src/images/decode.js';
import { encodeImage, extensionOf } from '../../src/images/encode.js';
import { imageFormats } from '../../src/images/format.js';
import { noise, solid } from './fixtures.js';

const target = { sizePx: 256, fit: 'keep' } as const;
const photograph = async () => decodeImage(await noise(256, 192).blur(2).png().toBuffer(), target);

for (const format of imageFormats) {
  test(`${format}: same bytes at every thread count, no metadata`, async (t) => {
    const pixels = await photograph();
    const before = sharp.concurrency();
    sharp.concurrency(1);
    const one = await encodeImage(pixels, { format, quality: 92 });
    sharp.concurrency(2);
    const two = await encodeImage(pixels, { format, quality: 92 });
    sharp.concurrency(before);
    t.true(one.equals(two));
    const header = await sharp(one).metadata();
    t.is(header.format, format);
    t.deepEqual([header.width, header.height, header.channels], [256, 192, 3]);
    t.deepEqual(
      [header.exif, header.icc, header.xmp, header.iptc],
      [undefined, undefined, undefined, undefined],
    );
  });
}

test('PNG is lossless', async (t) => {
  const pixels = await photograph();
  t.deepEqual(await decodeImage(await encodeImage(pixels, { format: 'png', quality: 1 }), target), pixels);
});

test('JPEG keeps full chroma resolution at quality 90 and above', async (t) => {
  const pixels = await photograph();
  const chroma = async (quality: number) =>
    (await sharp(await encodeImage(pixels, { format: 'jpeg', quality })).metadata()).chromaSubsampling;
  t.is(await chroma(90), '4:4:4');
  t.is(await chroma(89), '4:2:0');
});

test('quality affects the size of lossy formats', async (t) => {
  const pixels = await photograph();
  for (const format of ['jpeg', 'webp'] as const) {
    const small = await encodeImage(pixels, { format, quality: 50 });
    const large = await encodeImage(pixels, { format, quality: 95 });
    t.true(small.length < large.length, format);
  }
});

test('invalid arguments are rejected', async (t) => {
  const pixels = await decodeImage(await solid(32, 32, [1, 2, 3]).png().toBuffer(), {
    sizePx: 32,
    fit: 'keep',
  });
  for (const quality of [0, 101, 92.5]) {
    const error = await t.throwsAsync(encodeImage(pixels, { format: 'jpeg', quality }), {
      instanceOf: WildstyleError,
    });
    t.is(error?.code, 'option-invalid');
    t.regex(String(error?.message), new RegExp(String(quality)));
  }
  const error = await t.throwsAsync(encodeImage({ ...pixels, widthPx: 33 }, { format: 'png' }), {
    instanceOf: WildstyleError,
  });
  t.is(error?.code, 'shape-mismatch');
});

test('file name extensions', (t) => {
  t.deepEqual(imageFormats.map(extensionOf), ['jpg', 'png', 'webp']);
});
