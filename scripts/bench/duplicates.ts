/** How many altered copies of photographs are found, and how many different photographs pass for copies. @module */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import glob from 'fast-glob';
import sharp, { type Sharp } from 'sharp';
import { mapConcurrently } from '../../src/files/concurrency.js';
import { isSamePicture, type Look, lookOf } from '../../src/images/similar/distance.js';
import { fingerprintOf } from '../../src/images/similar/fingerprint.js';
import { isCopy, type Thumbnail, thumbnailOf } from '../../src/images/similar/thumbnail.js';
import { refuse } from '../arguments.js';

type Change = (photograph: Sharp, widthPx: number, heightPx: number) => Sharp;

const resized =
  (share: number): Change =>
  (photograph, widthPx) =>
    photograph.resize(Math.round(widthPx * share)).jpeg({ quality: 90 });
const recompressed =
  (quality: number): Change =>
  (photograph) =>
    photograph.jpeg({ quality });
/** Leaves this share of both edges, from the middle. */
const cropped =
  (share: number): Change =>
  (photograph, widthPx, heightPx) => {
    const [width, height] = [Math.round(widthPx * share), Math.round(heightPx * share)];
    const [left, top] = [Math.floor((widthPx - width) / 2), Math.floor((heightPx - height) / 2)];
    return photograph.extract({ left, top, width, height }).png();
  };

const changes: Readonly<Record<string, Change>> = {
  half: resized(1 / 2),
  quarter: resized(1 / 4),
  webp: (photograph) => photograph.webp({ quality: 80 }),
  jpeg90: recompressed(90),
  jpeg50: recompressed(50),
  jpeg20: recompressed(20),
  jpeg10: recompressed(10),
  stretched: (photograph) => photograph.resize(288, 288, { fit: 'fill' }).png(),
  mirrored: (photograph) => photograph.flop().png(),
  upsideDown: (photograph) => photograph.rotate(180).png(),
  turnedLeft: (photograph) => photograph.rotate(270).png(),
  turnedRight: (photograph) => photograph.rotate(90).png(),
  turnedAndMirrored: (photograph) => photograph.rotate(90).flop().png(),
  turnedHalfJpeg50: (photograph, widthPx) =>
    photograph
      .rotate(90)
      .resize({ height: Math.round(widthPx / 2) })
      .jpeg({ quality: 50 }),
  brighter: (photograph) => photograph.linear(1.1, 0).png(),
  cropped2Percent: cropped(0.98),
  cropped10Percent: cropped(0.9),
  gray: (photograph) => photograph.grayscale().png(),
};

/** Photographs that are decoded at a time. */
const lanes = 2;

interface Traits {
  readonly look: Look;
  readonly thumbnail: Thumbnail | undefined;
}

/** How many pairs look alike, and how many of them count as copies. */
interface Counts {
  [key: string]: number;
  alike: number;
  copies: number;
}

/**
 * Alters each photograph in several ways and compares it with itself, as planning and `verify --leaks` do, and all
 * photographs with each other.
 * @param folders with photographs that are all different
 */
export async function benchDuplicates(
  folders: readonly string[],
): Promise<{ readonly [key: string]: number | Counts }> {
  const found = await Promise.all(
    folders.map((folder) => glob('**/*.{jpg,jpeg,png,webp}', { cwd: folder, caseSensitiveMatch: false })),
  );
  const files = folders.flatMap((folder, i) => found[i].sort().map((file) => join(folder, file)));
  if (files.length < 2) refuse(`${folders.join(' and ')} have fewer than two photographs.`);
  const altered: Record<string, Counts> = {};
  for (const name of Object.keys(changes)) altered[name] = { alike: 0, copies: 0 };
  const photographs = await mapConcurrently(
    files,
    async (file) => {
      const bytes = await readFile(file);
      const { width, height } = await sharp(bytes).metadata();
      const photograph = await traitsOf(bytes);
      for (const [name, change] of Object.entries(changes)) {
        const copy = await traitsOf(await change(sharp(bytes), width, height).toBuffer());
        count(altered[name], photograph, copy);
      }
      return photograph;
    },
    lanes,
  );
  const different = { alike: 0, copies: 0 };
  for (const [later, photograph] of photographs.entries())
    for (const earlier of photographs.slice(0, later)) count(different, photograph, earlier);
  const pairs = (files.length * (files.length - 1)) / 2;
  return { photographs: files.length, pairs, ...altered, different };
}

async function traitsOf(bytes: Uint8Array): Promise<Traits> {
  return { look: lookOf(await fingerprintOf(bytes)), thumbnail: await thumbnailOf(bytes) };
}

/** Only pictures that look alike are compared as copies. */
function count(counts: Counts, a: Traits, b: Traits): void {
  if (!isSamePicture(a.look, b.look)) return;
  counts.alike++;
  if (a.thumbnail && b.thumbnail && isCopy(a.thumbnail, b.thumbnail)) counts.copies++;
}
