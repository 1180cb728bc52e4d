/** What classifiers are tested on. @module */

import { augmentPixels } from '../../src/images/augment/augment.js';
import type { Augmentation } from '../../src/images/augment/parameters.js';
import { decodeImage } from '../../src/images/decode.js';
import type { Pixels } from '../../src/images/pixels.js';
import type { Labeled } from './classifier.js';
import type { LabeledFile } from './datasets.js';

/** An image in memory. */
export interface Picture {
  readonly pixels: Pixels;
  readonly label: string;
}

/** Decodes images as squares. */
export function picturesOf(files: readonly LabeledFile[], sizePx: number): Promise<Picture[]> {
  return Promise.all(
    files.map(async ({ file, label }) => ({
      pixels: await decodeImage(file, { sizePx, fit: 'crop' }),
      label,
    })),
  );
}

/** One batch of all pictures. */
export function labeled(pictures: readonly Picture[], classes: readonly string[]): Labeled {
  const [first] = pictures;
  const { widthPx, heightPx } = first.pixels;
  const length = widthPx * heightPx * 3;
  const data = new Float32Array(pictures.length * length);
  for (const [i, { pixels }] of pictures.entries())
    for (let j = 0; j < length; j++) data[i * length + j] = pixels.data[j] / 255;
  return {
    images: { data, shape: [pictures.length, heightPx, widthPx, 3] },
    labels: pictures.map(({ label }) => classes.indexOf(label)),
  };
}

const contrast = (value: number): Augmentation => ({
  color: { brightness: 1, contrast: value, saturation: 1, hue: 0 },
});

/** Five severities of each corruption: those of CIFAR-10-C (Hendrycks & Dietterich 2019). */
export const corruptions: Readonly<Record<string, readonly Augmentation[]>> = {
  noise: [0.04, 0.06, 0.08, 0.09, 0.1].map((noise) => ({ noise })),
  blur: [0.4, 0.6, 0.7, 0.8, 1].map((blur) => ({ blur })),
  contrast: [0.75, 0.5, 0.4, 0.3, 0.15].map(contrast),
  jpeg: [80, 65, 58, 50, 40].map((jpeg) => ({ jpeg })),
};

/** All severities of a corruption. */
export async function corrupted(pictures: readonly Picture[], name: string): Promise<Picture[]> {
  const all: Picture[] = [];
  for (const augmentation of corruptions[name])
    for (const [i, { pixels, label }] of pictures.entries())
      all.push({ label, pixels: await augmentPixels(pixels, augmentation, i, name) });
  return all;
}
