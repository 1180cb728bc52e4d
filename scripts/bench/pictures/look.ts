/** Measures of a picture. @module */
import type { HostTensor } from '../../../src/engine/index.js';

/** The image as it is published: rounded to 8 bits. */
export const published = ({ data, shape }: HostTensor): HostTensor => ({
  data: data.map((value) => Math.round(Math.min(1, Math.max(0, value)) * 255) / 255),
  shape,
});

/** Color measures, in units of 8-bit values. */
export interface Look {
  /** Root mean square of the chroma that a 3x3 mean filter removes: colored speckle. */
  readonly chromaNoise: number;
  /** Mean distance from gray in the plane of Cb and Cr. */
  readonly saturation: number;
}

/** Measures an image. @param image `[1, height, width, 3]`, RGB in [0, 1] */
export function lookOf(image: HostTensor): Look {
  const [, height, width] = image.shape;
  const planes = [chromaOf(image, [-0.168736, -0.331264, 0.5]), chromaOf(image, [0.5, -0.418688, -0.081312])];
  let [noise, count] = [0, 0];
  for (const plane of planes) {
    for (let y = 1; y < height - 1; y++) {
      for (let x = 1; x < width - 1; x++) {
        let sum = 0;
        for (let k = 0; k < 9; k++) sum += plane[(y + Math.floor(k / 3) - 1) * width + x + (k % 3) - 1];
        noise += (plane[y * width + x] - sum / 9) ** 2;
        count++;
      }
    }
  }
  const saturations = planes[0].map((value, i) => Math.hypot(value, planes[1][i]));
  return {
    chromaNoise: Math.sqrt(noise / count),
    saturation: saturations.reduce((a, b) => a + b) / saturations.length,
  };
}

function chromaOf({ data }: HostTensor, [red, green, blue]: readonly number[]): Float32Array {
  return Float32Array.from(
    { length: data.length / 3 },
    (_, i) => 255 * (red * data[3 * i] + green * data[3 * i + 1] + blue * data[3 * i + 2]),
  );
}

/** Root mean square difference of two images of the same shape. */
export function changeOf(a: HostTensor, b: HostTensor): number {
  const sum = a.data.reduce((total, value, i) => total + (value - b.data[i]) ** 2, 0);
  return Math.sqrt(sum / a.data.length);
}

export const medianOf = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1];

/** The coefficient of variation: the standard deviation divided by the mean. */
export function variationOf(values: readonly number[]): number {
  const mean = values.reduce((a, b) => a + b) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length) / mean;
}
