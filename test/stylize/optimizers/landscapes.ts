/** Test functions for optimizers, with known minima. @module */
import * as tf from '@tensorflow/tfjs';
import { itemAxes } from '../../../src/stylize/optimizers/optimizer.js';
import type { Landscape } from './drive.js';

export const bowlShape = [1, 4, 4, 3];
export const bowlSize = 48;

/** The minimum of {@link bowl}, inside of the range of pixels. */
export const bowlMinimum = Float32Array.from({ length: bowlSize }, (_, i) => 0.5 + 0.4 * Math.sin(i * 1.7));
export const bowlCurvature = (i: number): number => 1 + (i % 7);
export const bowlStart = (seed: number): Float32Array =>
  Float32Array.from({ length: bowlSize }, (_, i) => 0.5 + 0.3 * Math.cos(i * 0.9 + seed));

/** The gradient of {@link bowl} in double precision. */
export const bowlGradient = (point: readonly number[]): number[] =>
  point.map((value, i) => (2 * bowlCurvature(i) * (value - bowlMinimum[i])) / bowlSize);

/** A quadratic bowl with curvatures from 1 to 7. */
export const bowl: Landscape = (image) => {
  const curvatures = Float32Array.from({ length: bowlSize }, (_, i) => bowlCurvature(i));
  const distance = tf.sub(image, tf.tensor(bowlMinimum, bowlShape));
  const slope = tf.mul(distance, tf.tensor(curvatures, bowlShape));
  return {
    loss: tf.mean(tf.mul(slope, distance), itemAxes, true) as tf.Tensor4D,
    gradient: tf.mul(slope, 2 / bowlSize) as tf.Tensor4D,
  };
};

/** A loss that does not depend on the image. */
export const plateau: Landscape = (image) => ({
  loss: tf.fill([image.shape[0], 1, 1, 1], 3),
  gradient: tf.zerosLike(image),
});

/** Where {@link rosenbrock} has its coordinates: pixels 0 to 1 stand for -2 to 2. */
const toCoordinate = (pixel: tf.Tensor): tf.Tensor => tf.sub(tf.mul(pixel, 4), 2);
export const fromCoordinate = (coordinate: number): number => (coordinate + 2) / 4;

/**
 * The extended Rosenbrock function (Moré, Garbow & Hillstrom 1981, no. 21): the sum over pairs of
 * `100 (y - x^2)^2 + (1 - x)^2`, with its minimum of 0 where all coordinates are 1. Images have an even number of values.
 */
export const rosenbrock: Landscape = (image) => {
  const [batch] = image.shape;
  const value = (pixels: tf.Tensor): tf.Tensor => {
    const pairs = tf.reshape(toCoordinate(pixels), [batch, pixels.size / batch / 2, 2]);
    const [x, y] = tf.split(pairs, 2, 2);
    return tf.add(
      tf.mul(tf.sum(tf.square(tf.sub(y, tf.square(x))), [1, 2]), 100),
      tf.sum(tf.square(tf.sub(1, x)), [1, 2]),
    );
  };
  const gradient = tf.grad((pixels) => tf.sum(value(pixels)))(image) as tf.Tensor4D;
  return { loss: tf.reshape(value(image), [batch, 1, 1, 1]) as tf.Tensor4D, gradient };
};
