/**
 * 2x2 pooling whose gradient can be differentiated again. TF.js has no gradients of its pooling gradients, so a loss
 * that contains the gradient of a network with respect to its image cannot be differentiated with `tf.avgPool` or
 * `tf.maxPool` in the network.
 * @module
 */
import * as tf from '@tensorflow/tfjs';

type Image = tf.Tensor4D;
type Differentiable = (x: Image) => Image;

/** `tf.customGrad` of a function of one image. */
const withGradient = (value: Differentiable, gradient: Differentiable): Differentiable =>
  tf.customGrad((...given) => ({
    value: value(given[0] as Image),
    gradFunc: (dy: tf.Tensor) => gradient(dy as Image),
  })) as Differentiable;

const average: Differentiable = (x) => tf.avgPool(x, 2, 2, 'valid');

const repeated: Differentiable = (x) => tf.image.resizeNearestNeighbor(x, [2 * x.shape[1], 2 * x.shape[2]]);

const averages: Differentiable = withGradient(average, (dy) => repeats(tf.mul(dy, 0.25)));

const repeats: Differentiable = withGradient(repeated, (dy) => tf.mul(averages(dy), 4));

/** Drops the last row and column of odd images, which no window covers. */
const even: Differentiable = (x) => {
  const [batch, height, width, channels] = x.shape;
  if (height % 2 === 0 && width % 2 === 0) return x;
  return tf.slice(x, [0, 0, 0, 0], [batch, height - (height % 2), width - (width % 2), channels]);
};

/** Average pooling with 2x2 windows: `[batch, height, width, channels]` to half the height and width, rounded down. */
export const averagePool2x2: Differentiable = (x) => averages(even(x));

const windows = { filterSize: 2, strides: 2, pad: 'valid' };

const routed = (dy: Image, input: Image, output: Image): Image =>
  tf.engine().runKernel('MaxPoolGrad', { dy, input, output }, windows) as Image;

/** One where an image is the largest of its window (the first one, if several are), else zero. Piecewise constant. */
const winners: Differentiable = (x) =>
  withGradient(
    (input) => {
      const output = tf.maxPool(input, 2, 2, 'valid');
      return routed(tf.onesLike(output), input, output);
    },
    (dy) => tf.zerosLike(dy),
  )(x);

/** Moves each gradient to the largest pixel of its window. Linear in `dy`; the windows do not change with `x`. */
const unpooled = tf.customGrad((...given) => {
  const [dy, x, y] = given as unknown as [Image, Image, Image];
  return {
    value: routed(dy, x, y),
    gradFunc: (ddx: tf.Tensor) => [
      tf.mul(averages(tf.mul(ddx as Image, winners(x))), 4),
      tf.zerosLike(x),
      tf.zerosLike(y),
    ],
  };
}) as (dy: Image, x: Image, y: Image) => Image;

const maxima = tf.customGrad((...given) => {
  const [x, save] = given as unknown as [Image, tf.GradSaveFunc];
  const y = tf.maxPool(x, 2, 2, 'valid');
  save([x, y]);
  return {
    value: y,
    gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) =>
      unpooled(dy as Image, saved[0] as Image, saved[1] as Image),
  };
}) as Differentiable;

/** Max pooling with 2x2 windows: `[batch, height, width, channels]` to half the height and width, rounded down. */
export const maxPool2x2: Differentiable = (x) => maxima(even(x));
