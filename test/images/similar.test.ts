import test from 'ava';
import sharp, { type Sharp } from 'sharp';
import { isSamePicture, lookOf } from '../../src/images/similar/distance.js';
import {
  fingerprintBytes,
  fingerprintOf,
  formatFingerprint,
  parseFingerprint,
} from '../../src/images/similar/fingerprint.js';
import { similarPairs } from '../../src/images/similar/search.js';
import { keyOfSeed, random32 } from '../../src/random.js';
import { smallImage } from '../support/small-images.js';

const of = async (image: Sharp) => fingerprintOf(await image.toBuffer());
const source = (variant = 1) => smallImage('stripes', variant, 200, 150);
const png = (variant?: number) => source(variant).png().toBuffer();

test('copies of a picture in other sizes, formats, qualities and orientations are the same picture', async (t) => {
  const bytes = await png();
  const look = lookOf(await fingerprintOf(bytes));
  const copies: Record<string, Sharp> = {
    'low quality': sharp(bytes).jpeg({ quality: 20 }),
    webp: sharp(bytes).webp({ quality: 50 }),
    small: sharp(bytes).resize(60).jpeg(),
    square: sharp(bytes).resize(96, 96, { fit: 'fill' }).png(),
    'left-right': sharp(bytes).flop().png(),
    'top-bottom': sharp(bytes).flip().png(),
    turned: sharp(bytes).rotate(180).png(),
    'turned left': sharp(bytes).rotate(270).png(),
    'turned right': sharp(bytes).rotate(90).png(),
    transposed: sharp(bytes).rotate(90).flop().png(),
    transversed: sharp(bytes).rotate(90).flip().png(),
    brighter: sharp(bytes).linear(0.9, 20).png(),
  };
  for (const [name, copy] of Object.entries(copies))
    t.true(isSamePicture(look, lookOf(await of(copy))), name);
});

test('other pictures, other colors and other flat images are not', async (t) => {
  const bytes = await png();
  const look = lookOf(await fingerprintOf(bytes));
  const flat = (color: string) =>
    of(sharp({ create: { width: 20, height: 20, channels: 3, background: color } }).png());
  for (const other of [
    await of(source(2).png()),
    await of(smallImage('rings', 1).png()),
    await flat('red'),
    await of(
      sharp(bytes)
        .recomb([
          [0, 1, 0],
          [0, 0, 1],
          [1, 0, 0],
        ])
        .png(),
    ),
  ])
    t.false(isSamePicture(look, lookOf(other)));
  t.false(isSamePicture(lookOf(await flat('#ff0000')), lookOf(await flat('#0000ff'))));
});

test('a fingerprint survives as text', async (t) => {
  const fingerprint = await fingerprintOf(await png());
  t.is(fingerprint.length, fingerprintBytes);
  t.deepEqual(parseFingerprint(formatFingerprint(fingerprint)), fingerprint);
  t.is(parseFingerprint('short'), undefined);
});

test('the search among many finds every copy, mirrored or turned, and nothing else', (t) => {
  const key = keyOfSeed(5);
  const count = 4000;
  // Smooth random pictures: sums of a few waves.
  const pictures = Array.from({ length: count }, (_, index) => {
    const number = (i: number) => random32(key, index, i) / 2 ** 32;
    return Uint8Array.from({ length: fingerprintBytes }, (_, cell) => {
      const [x, y] = [(cell % 8) / 8, Math.floor(cell / 8) / 8];
      if (cell >= 64) return 128;
      let value = 128;
      for (let wave = 0; wave < 6; wave++)
        value +=
          20 *
          Math.sin(
            2 *
              Math.PI *
              ((number(wave * 4) * 5 - 2.5) * x +
                (number(wave * 4 + 1) * 5 - 2.5) * y +
                number(wave * 4 + 2)),
          );
      return Math.min(255, Math.max(0, value));
    });
  });
  /** Mirrors and turns the gray cells; the colors are all the same. */
  const turned = (picture: Uint8Array, way: number) =>
    picture.map((value, cell) => {
      if (cell >= 64) return value;
      const x = way & 1 ? 7 - (cell % 8) : cell % 8;
      const y = way & 2 ? 7 - Math.floor(cell / 8) : Math.floor(cell / 8);
      return picture[way & 4 ? x * 8 + y : y * 8 + x];
    });
  const copies = Array.from({ length: 100 }, (_, index) =>
    turned(pictures[index * 39], index % 8).map((value, cell) =>
      Math.min(255, Math.max(0, value + (random32(key, 9_000_000 + index, cell) % 7) - 3)),
    ),
  );
  const pairs = similarPairs([...pictures, ...copies]);
  const found = new Set(pairs.map(([later, earlier]) => `${later} ${earlier}`));
  const missed = copies.filter((_, index) => !found.has(`${count + index} ${index * 39}`));
  t.is(missed.length, 0);
  t.is(pairs.length, copies.length);
});
