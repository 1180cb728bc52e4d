/** Distances of colors as people see them: CIELAB (CIE 1976), from sRGB with the white point D65. @module */
import type { Pixels } from '../../../src/images/pixels.js';

type Triple = readonly [number, number, number];

/** The mean of some pixels, in linear light: red, green, blue from 0 to 1. */
export function meanColor({ data, widthPx, heightPx }: Pixels, has: (pixel: number) => boolean): Triple {
  const sum = [0, 0, 0];
  let count = 0;
  for (let pixel = 0; pixel < widthPx * heightPx; pixel++) {
    if (!has(pixel)) continue;
    count++;
    for (let c = 0; c < 3; c++) sum[c] += linear(data[3 * pixel + c] / 255);
  }
  return sum.map((value) => value / count) as unknown as Triple;
}

/** The distance of two colors in linear light; 2.3 is just noticeable (Mahy et al. 1994). */
export function colorDistance(a: Triple, b: Triple): number {
  const [x, y] = [lab(a), lab(b)];
  return Math.hypot(...x.map((value, i) => value - y[i]));
}

const linear = (value: number): number =>
  value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;

/** Rows for X, Y and Z, divided by those of white. */
const toXyz: readonly Triple[] = [
  [0.4124564 / 0.95047, 0.3575761 / 0.95047, 0.1804375 / 0.95047],
  [0.2126729, 0.7151522, 0.072175],
  [0.0193339 / 1.08883, 0.119192 / 1.08883, 0.9503041 / 1.08883],
];

function lab(color: Triple): Triple {
  const root = (t: number) => (t > (6 / 29) ** 3 ? Math.cbrt(t) : t / (3 * (6 / 29) ** 2) + 4 / 29);
  const [x, y, z] = toXyz.map((row) => root(row.reduce((sum, weight, i) => sum + weight * color[i], 0)));
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}
