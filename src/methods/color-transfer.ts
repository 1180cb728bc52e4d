/**
 * The method `colorTransfer`: mean and deviation of each channel of lαβ become those of the style (Reinhard et al. 2001, "Color
 * transfer between images"). @module
 */
import type { HostTensor } from '../engine/engine.js';
import { directMethod } from './direct.js';

export const colorTransfer = directMethod({
  name: 'colorTransfer',
  version: 1,
  parameters: {},
  resolve: () => ({}),
  style: 'ownShape',
  make: transferColors,
});

/** Equation 4 of the paper: RGB to the responses of cones. */
const conesOfRgb = [0.3811, 0.5783, 0.0402, 0.1967, 0.7244, 0.0782, 0.0241, 0.1288, 0.8444];
/** Its inverse. Equation 9 has it with errors in the second decimal of the last row. */
const rgbOfCones = [
  4.46866986, -3.5886759, 0.11960437, -1.21971663, 2.38308791, -0.16263011, 0.05850848, -0.26107844,
  1.20566591,
];

/** Black has no logarithm: the darkest value is that of half a level of 256. */
const darkest = 0.5 / 255;

/** A deviation below this is that of a flat image. */
const smallestDeviation = 1e-6;

/**
 * Transfers mean and deviation in lαβ.
 * @param image `[1, height, width, 3]`, RGB in [0, 1]
 * @param like likewise, of any size
 * @returns likewise; colors out of range are clamped
 */
export function transferColors(image: HostTensor, like: HostTensor): HostTensor {
  const [own, other] = [momentsOf(image), momentsOf(like)];
  const data = new Float32Array(image.data.length);
  for (let i = 0; i < data.length; i += 3) {
    const lab = labOf(image.data, i).map((value, c) => {
      const factor = own.deviations[c] > smallestDeviation ? other.deviations[c] / own.deviations[c] : 0;
      return other.means[c] + factor * (value - own.means[c]);
    });
    const rgb = rgbOfLab(lab);
    for (const c of [0, 1, 2]) data[i + c] = Math.min(1, Math.max(0, rgb[c]));
  }
  return { data, shape: image.shape };
}

/** The lαβ color of a pixel: equations 4 to 6 of the paper. */
function labOf(data: Float32Array, i: number): number[] {
  const [l, m, s] = product(conesOfRgb, [data[i], data[i + 1], data[i + 2]]).map((value) =>
    Math.log10(Math.max(darkest, value)),
  );
  return [(l + m + s) / Math.sqrt(3), (l + m - 2 * s) / Math.sqrt(6), (l - m) / Math.SQRT2];
}

/** Equation 8, and the inverse of 4. */
function rgbOfLab([lightness, alpha, beta]: readonly number[]): number[] {
  const [x, y, z] = [lightness / Math.sqrt(3), alpha / Math.sqrt(6), beta / Math.SQRT2];
  return product(
    rgbOfCones,
    [x + y + z, x + y - z, x - 2 * y].map((value) => 10 ** value),
  );
}

function product(matrix: readonly number[], vector: readonly number[]): number[] {
  return [0, 3, 6].map(
    (row) => matrix[row] * vector[0] + matrix[row + 1] * vector[1] + matrix[row + 2] * vector[2],
  );
}

/** Mean and deviation of the three channels of lαβ. */
function momentsOf({ data }: HostTensor): { readonly means: number[]; readonly deviations: number[] } {
  const [sums, squares] = [
    [0, 0, 0],
    [0, 0, 0],
  ];
  const count = data.length / 3;
  for (let i = 0; i < data.length; i += 3) {
    for (const [c, value] of labOf(data, i).entries()) {
      sums[c] += value;
      squares[c] += value * value;
    }
  }
  const means = sums.map((sum) => sum / count);
  const deviations = squares.map((sum, c) => Math.sqrt(Math.max(0, sum / count - means[c] ** 2)));
  return { means, deviations };
}
