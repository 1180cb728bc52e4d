/** Masks as arrays. @module */
import { WildstyleError } from '../../errors.js';
import { sha256 } from '../../files/digest.js';
import type { Mask } from '../../images/mask.js';

/** The regions of an image as numbers: equal numbers in the masks of content and style are the same region. */
export interface ArrayMask {
  /** For each pixel, row by row, the number of its region: a whole number from 0 to 255. */
  readonly data: ArrayLike<number>;
  /** `[height, width]`, that of the image. */
  readonly shape: readonly [number, number];
}

/**
 * Converts a mask to that of an image file, in which region `n` has the gray with value `n`.
 * @param image `[1, height, width, 3]`, the shape of its image
 * @throws `mask-invalid`
 */
export function maskOfArray({ data, shape }: ArrayMask, image: readonly number[], what: string): Mask {
  const [, height, width] = image;
  if (shape[0] !== height || shape[1] !== width || data.length !== height * width) {
    throw invalid(
      `The mask of the ${what} has shape [${shape}] and ${data.length} values, but its image has shape [${image}].`,
    );
  }
  const numbers = Uint8Array.from(data);
  const wrong = numbers.findIndex((number, i) => number !== data[i]);
  if (wrong >= 0) throw invalid(`The mask of the ${what} has the value ${data[wrong]} at index ${wrong}.`);
  const present = [...new Set(numbers)].sort((a, b) => a - b);
  return {
    key: `${shape};${sha256(numbers)}`,
    height,
    width,
    colors: present.map((number) => `#${number.toString(16).padStart(2, '0').repeat(3)}`),
    indexes: numbers.map((number) => present.indexOf(number)),
  };
}

const invalid = (message: string) =>
  new WildstyleError('mask-invalid', message, {
    cure: 'Give every pixel the number of its region, from 0 to 255.',
  });
