/** A small VGG-like network and a style transfer objective on it. @module */
import * as tf from '@tensorflow/tfjs';
import type { HostTensor, Named, Shape, TensorFunction } from '../../src/engine/index.js';
import { randomTensor } from './support.js';

const channels = [3, 8, 16, 16] as const;

/** Weights of three convolutions. */
export const networkWeights: Named<HostTensor> = Object.fromEntries(
  channels.slice(1).flatMap((output, layer) => {
    const filter = randomTensor([3, 3, channels[layer], output], 50 + layer);
    const scale = 1 / Math.sqrt(9 * channels[layer]);
    return [
      [`filter${layer}`, { shape: filter.shape, data: filter.data.map((value) => value * scale) }],
      [`bias${layer}`, randomTensor([output], 60 + layer, 'unit')],
    ];
  }),
);

/** Input shapes of {@link objective}. */
export const objectiveShapes = (batch: number, size: number): Record<string, Shape> => ({
  image: [batch, size, size, 3],
  content: [batch, size / 2, size / 2, 16],
  style0: [batch, 8, 8],
  style1: [batch, 16, 16],
  style2: [batch, 16, 16],
  strength: [batch],
});

const gram = (features: tf.Tensor): tf.Tensor => {
  const [batch, height, width, depth] = features.shape as [number, number, number, number];
  const flat = tf.reshape(features, [batch, height * width, depth]);
  return tf.div(tf.matMul(flat, flat, true, false), height * width);
};

/** Content and style losses, their gradient with respect to the pixels, and one gradient descent step. */
export const objective =
  (pooling: 'max' | 'average'): TensorFunction =>
  ({ image, content, strength, ...styles }, weights) => {
    const losses = (pixels: tf.Tensor): tf.Tensor1D => {
      let x: tf.Tensor4D = tf.sub(tf.mul(pixels, 2), [0.9, 0.8, 0.7]);
      let style = tf.zeros([image.shape[0]]);
      let distance = tf.zeros([image.shape[0]]);
      for (let layer = 0; layer < channels.length - 1; layer++) {
        const convolved = tf.conv2d(x, weights[`filter${layer}`] as tf.Tensor4D, 1, 'same');
        x = tf.relu(tf.add(convolved, weights[`bias${layer}`]));
        const difference = tf.squaredDifference(gram(x), styles[`style${layer}`]);
        style = tf.add(style, tf.mean(difference, [1, 2]));
        if (layer === 1) distance = tf.mean(tf.squaredDifference(x, content), [1, 2, 3]);
        if (layer === 0) x = pooling === 'max' ? tf.maxPool(x, 2, 2, 'valid') : tf.avgPool(x, 2, 2, 'valid');
      }
      return tf.add(distance, tf.mul(strength, style)) as tf.Tensor1D;
    };
    const total = (pixels: tf.Tensor): tf.Scalar => tf.sum(losses(pixels));
    const gradient = tf.grad(total)(image);
    const next = tf.clipByValue(tf.sub(image, tf.mul(gradient, 0.05)), 0, 1);
    return { loss: losses(image), gradient, next };
  };

/** Random inputs of {@link objective}. */
export const objectiveInputs = (batch: number, size: number, seed = 1): Named<HostTensor> =>
  Object.fromEntries(
    Object.entries(objectiveShapes(batch, size)).map(([name, shape], index) => [
      name,
      randomTensor(shape, seed + index, 'positive'),
    ]),
  );
