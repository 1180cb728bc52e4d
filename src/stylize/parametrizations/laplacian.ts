/**
 * A Laplacian pyramid (Burt & Adelson 1983), as STROTSS optimizes it (Kolkin et al. 2019, section 3): each level holds the
 * detail that the next, half as large, lacks; the last one holds the rest. A step moves coarse levels as easily as fine ones,
 * so large areas change their color in few steps.
 *
 * The levels lie below each other in one image, the finest on top, each as wide as it needs; what is right of it has no
 * effect.
 * @module
 */
import * as tf from '@tensorflow/tfjs';
import type { HostTensor, Shape } from '../../engine/engine.js';
import type { Parametrization } from './parametrization.js';

const levels = 5;
const channels = 3;

/** The length of an edge at each level. */
const edges = (px: number): number[] => {
  const found = [px];
  while (found.length < levels) found.push(Math.ceil(found[found.length - 1] / 2));
  return found;
};

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

/** The height of an image, from that of its variables. */
function heightOf(rows: number): number {
  let height = Math.floor(rows / 2);
  while (sum(edges(height)) < rows) height++;
  return height;
}

/** The shapes of the levels and where they begin. @param variables `[batch, rows, width, 3]` */
function levelsOf([, rows, width]: Shape): { top: number; height: number; width: number }[] {
  const [heights, widths] = [edges(heightOf(rows)), edges(width)];
  return heights.map((height, level) => ({
    top: sum(heights.slice(0, level)),
    height,
    width: widths[level],
  }));
}

/** Twice the length along an axis by linear interpolation, cut to the given length. */
function doubled(x: tf.Tensor4D, axis: 1 | 2, length: number): tf.Tensor4D {
  const count = x.shape[axis];
  const from = (start: number, size: number): tf.Tensor4D =>
    tf.slice(x, [0, 0, 0, 0].with(axis, start), [-1, -1, -1, -1].with(axis, size));
  const join = (...parts: tf.Tensor4D[]): tf.Tensor4D => tf.concat(parts, axis);
  const before = count > 1 ? join(from(0, 1), from(0, count - 1)) : x;
  const after = count > 1 ? join(from(1, count - 1), from(count - 1, 1)) : x;
  const near = tf.mul(x, 0.75);
  const pairs = tf.stack([tf.add(near, tf.mul(before, 0.25)), tf.add(near, tf.mul(after, 0.25))], axis + 1);
  const whole: tf.Tensor4D = tf.reshape(pairs, x.shape.with(axis, 2 * count) as tf.Tensor4D['shape']);
  return tf.slice(whole, [0, 0, 0, 0], [-1, -1, -1, -1].with(axis, length));
}

/** Clamped to the range of pixels. The gradient passes as if it were not, so that no variable is stuck outside. */
const clamped = tf.customGrad((...given) => ({
  value: tf.clipByValue(given[0] as tf.Tensor4D, 0, 1),
  gradFunc: (dy: tf.Tensor) => dy,
})) as (image: tf.Tensor4D) => tf.Tensor4D;

/** Like {@link doubled}, for both axes of an array. */
function enlarged(small: HostTensor, height: number, width: number): Float32Array {
  const [, rows, columns] = small.shape;
  const at = (row: number, column: number, channel: number): number =>
    small.data[(row * columns + column) * channels + channel];
  const taps = (index: number, count: number): [near: number, far: number] => {
    const near = Math.floor(index / 2);
    return [near, Math.min(Math.max(index % 2 === 0 ? near - 1 : near + 1, 0), count - 1)];
  };
  const data = new Float32Array(height * width * channels);
  for (let y = 0; y < height; y++) {
    const [row, otherRow] = taps(y, rows);
    for (let x = 0; x < width; x++) {
      const [column, otherColumn] = taps(x, columns);
      for (let c = 0; c < channels; c++) {
        const near = 0.75 * at(row, column, c) + 0.25 * at(otherRow, column, c);
        const far = 0.75 * at(row, otherColumn, c) + 0.25 * at(otherRow, otherColumn, c);
        data[(y * width + x) * channels + c] = 0.75 * near + 0.25 * far;
      }
    }
  }
  return data;
}

/** Means of 2 x 2 pixels; an odd last row or column counts twice. */
function halved({ data, shape: [, height, width] }: HostTensor): HostTensor {
  const [rows, columns] = [Math.ceil(height / 2), Math.ceil(width / 2)];
  const small = new Float32Array(rows * columns * channels);
  for (let i = 0; i < small.length; i++) {
    const [c, x, y] = [i % channels, Math.floor(i / channels) % columns, Math.floor(i / channels / columns)];
    const [top, bottom] = [2 * y, Math.min(2 * y + 1, height - 1)];
    const [left, right] = [2 * x, Math.min(2 * x + 1, width - 1)];
    const at = (row: number, column: number) => data[(row * width + column) * channels + c];
    small[i] = (at(top, left) + at(top, right) + at(bottom, left) + at(bottom, right)) / 4;
  }
  return { data: small, shape: [1, rows, columns, channels] };
}

export const laplacian: Parametrization = {
  shape: ([batch, height, width]) => [batch, sum(edges(height)), width, channels],

  encode(image) {
    const shape = laplacian.shape(image.shape);
    const [, , width] = shape;
    const data = new Float32Array(shape[1] * width * channels);
    let current = image;
    for (const [level, place] of levelsOf(shape).entries()) {
      const next = level === levels - 1 ? undefined : halved(current);
      const coarse = next ? enlarged(next, place.height, place.width) : undefined;
      for (let y = 0; y < place.height; y++) {
        for (let i = 0; i < place.width * channels; i++) {
          const source = y * place.width * channels + i;
          data[(place.top + y) * width * channels + i] = current.data[source] - (coarse?.[source] ?? 0);
        }
      }
      if (next) current = next;
    }
    return { data, shape };
  },

  image({ data, shape }) {
    const [, , width] = shape;
    let current: HostTensor | undefined;
    for (const place of levelsOf(shape).reverse()) {
      const coarse = current && enlarged(current, place.height, place.width);
      const level = new Float32Array(place.height * place.width * channels);
      for (let y = 0; y < place.height; y++) {
        for (let i = 0; i < place.width * channels; i++) {
          const target = y * place.width * channels + i;
          level[target] = data[(place.top + y) * width * channels + i] + (coarse?.[target] ?? 0);
        }
      }
      current = { data: level, shape: [1, place.height, place.width, channels] };
    }
    const { data: values, shape: imageShape } = current as HostTensor;
    return { data: values.map((value) => Math.min(1, Math.max(0, value))), shape: imageShape };
  },

  decode(variables) {
    let current: tf.Tensor4D | undefined;
    for (const { top, height, width } of levelsOf(variables.shape).reverse()) {
      const level = tf.slice(variables, [0, top, 0, 0], [-1, height, width, -1]);
      current = current ? tf.add(level, doubled(doubled(current, 1, height), 2, width)) : level;
    }
    return clamped(current as tf.Tensor4D);
  },

  project: (variables) => variables,
};
