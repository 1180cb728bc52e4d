/** Matching the colors of one image to those of another. @module */
import type { HostTensor } from '../../engine/engine.js';
import { functionOf, type Matrix, product } from './symmetric.js';

/** Mean and covariance of the colors of an image, RGB. */
export interface Palette {
  readonly mean: readonly number[];
  readonly covariance: Matrix;
}

/** Bounds variances from below, so that an image of one color can be matched: a deviation of 1/300. */
const smallestVariance = 1e-5;

/** The palette of an image. @param image `[1, height, width, 3]` */
export function paletteOf({ data }: HostTensor): Palette {
  const count = data.length / 3;
  const mean = [0, 0, 0];
  for (let i = 0; i < data.length; i++) mean[i % 3] += data[i] / count;
  const covariance = new Array<number>(9).fill(0);
  for (let i = 0; i < data.length; i += 3) {
    const [red, green, blue] = [data[i] - mean[0], data[i + 1] - mean[1], data[i + 2] - mean[2]];
    covariance[0] += (red * red) / count;
    covariance[1] += (red * green) / count;
    covariance[2] += (red * blue) / count;
    covariance[4] += (green * green) / count;
    covariance[5] += (green * blue) / count;
    covariance[8] += (blue * blue) / count;
  }
  [covariance[3], covariance[6], covariance[7]] = [covariance[1], covariance[2], covariance[5]];
  for (const i of [0, 4, 8]) covariance[i] += smallestVariance;
  return { mean, covariance };
}

/**
 * The image with another palette: the affine map with matrix `C^(1/2) S^(-1/2)` for covariances S of the image and C of the
 * palette (Gatys et al. 2016, "Preserving color in neural artistic style transfer", eq. 2 and 3, image analogies).
 * @param image `[1, height, width, 3]`, RGB in [0, 1]
 * @returns likewise; colors out of range are clamped
 */
export function matchColors(image: HostTensor, palette: Palette): HostTensor {
  const own = paletteOf(image);
  const matrix = product(
    functionOf(palette.covariance, Math.sqrt),
    functionOf(own.covariance, (value) => 1 / Math.sqrt(value)),
  );
  const { data, shape } = image;
  const matched = new Float32Array(data.length);
  for (let i = 0; i < data.length; i += 3) {
    const [red, green, blue] = [data[i] - own.mean[0], data[i + 1] - own.mean[1], data[i + 2] - own.mean[2]];
    for (let c = 0; c < 3; c++) {
      const value = matrix[3 * c] * red + matrix[3 * c + 1] * green + matrix[3 * c + 2] * blue;
      matched[i + c] = clamped(palette.mean[c] + value);
    }
  }
  return { data: matched, shape };
}

const clamped = (value: number): number => Math.min(1, Math.max(0, value));
