import test from 'ava';
import sharp, { type Sharp } from 'sharp';
import { isSamePicture, lookOf } from '../../src/images/similar/distance.js';
import { fingerprintOf } from '../../src/images/similar/fingerprint.js';
import { isCopy, type Thumbnail, thumbnailOf } from '../../src/images/similar/thumbnail.js';
import { blurryImage } from '../support/small-images.js';

const png = async () => (await blurryImage(1, 200, 150)).png().toBuffer();
const of = async (image: Sharp): Promise<Thumbnail> => {
  const thumbnail = await thumbnailOf(await image.toBuffer());
  if (!thumbnail) throw new Error('no thumbnail');
  return thumbnail;
};

test('resized, recompressed, stretched, mirrored and turned files are copies', async (t) => {
  const bytes = await png();
  const original = await of(sharp(bytes));
  const copies: Record<string, Sharp> = {
    'low quality': sharp(bytes).jpeg({ quality: 20 }),
    webp: sharp(bytes).webp({ quality: 50 }),
    half: sharp(bytes).resize(100).jpeg(),
    square: sharp(bytes).resize(96, 96, { fit: 'fill' }).png(),
    'left-right': sharp(bytes).flop().png(),
    turned: sharp(bytes).rotate(180).png(),
    'turned right': sharp(bytes).rotate(90).png(),
    'turned left, small': sharp(bytes).rotate(270).resize(80).png(),
    transposed: sharp(bytes).rotate(90).flop().png(),
    brighter: sharp(bytes).linear(0.9, 20).png(),
  };
  for (const [name, copy] of Object.entries(copies)) t.true(isCopy(original, await of(copy)), name);
});

test('pictures that pass for the same by their fingerprints, but differ in a part, are no copies', async (t) => {
  const bytes = await png();
  const spot = { create: { width: 16, height: 16, channels: 3 as const, background: '#ffffff' } };
  const other = await sharp(bytes)
    .composite([{ input: spot, left: 95, top: 70 }])
    .png()
    .toBuffer();
  t.true(isSamePicture(lookOf(await fingerprintOf(bytes)), lookOf(await fingerprintOf(other))));
  t.false(isCopy(await of(sharp(bytes)), await of(sharp(other))));
  const shifted = sharp(bytes).extract({ left: 8, top: 0, width: 192, height: 150 }).png();
  t.false(isCopy(await of(sharp(bytes)), await of(shifted)));
});

test('nothing is proved from pictures that are tiny or empty', async (t) => {
  const tiny = await sharp(await png())
    .resize(12, 12)
    .png()
    .toBuffer();
  const empty = { create: { width: 64, height: 64, channels: 3 as const, background: '#fafafa' } };
  t.is(await thumbnailOf(tiny), undefined);
  t.is(await thumbnailOf(await sharp(empty).png().toBuffer()), undefined);
});
