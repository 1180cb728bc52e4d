/** The workload of the training benchmark: a small VGG-like classifier. @module */
import * as tf from '@tensorflow/tfjs';
import type { HostTensor, Named } from '../../src/engine/index.js';
import type { TrainingTask } from '../../src/train/trainer.js';
import { gaussian } from './vgg.js';

/** Output channels of the 3x3 convolutions; max pooling follows each block but the last. */
const blocks = [
  [32, 32],
  [64, 64],
  [128, 128],
  [256, 256],
];
const classes = 10;

/** The classifier for a number of images of a size. `train.py` has the same one in PyTorch. */
export function trainTask(batch: number, sizePx: number): TrainingTask {
  const parameters: Record<string, HostTensor> = {};
  let from = 3;
  blocks.flat().forEach((to, index) => {
    const data = gaussian(9 * from * to, Math.sqrt(2 / (9 * from)), index + 1);
    parameters[`conv${index}.weight`] = { data, shape: [3, 3, from, to] };
    parameters[`conv${index}.bias`] = { data: new Float32Array(to), shape: [to] };
    from = to;
  });
  parameters['dense.weight'] = { data: gaussian(from * classes, 0.1, 99), shape: [from, classes] };
  parameters['dense.bias'] = { data: new Float32Array(classes), shape: [classes] };
  return {
    parameters,
    batch: { images: [batch, sizePx, sizePx, 3], labels: [batch, classes] },
    loss: ({ parameters: p, batch: { images, labels } }) => {
      let x = images as tf.Tensor4D;
      let index = 0;
      for (const block of blocks) {
        if (index > 0) x = tf.maxPool(x, 2, 2, 'valid');
        for (const _ of block) {
          const convolved = tf.conv2d(x, p[`conv${index}.weight`] as tf.Tensor4D, 1, 'same');
          x = tf.relu(tf.add(convolved, p[`conv${index}.bias`]));
          index++;
        }
      }
      const features = tf.mean(x, [1, 2]) as tf.Tensor2D;
      const logits = tf.add(tf.matMul(features, p['dense.weight'] as tf.Tensor2D), p['dense.bias']);
      return { loss: tf.losses.softmaxCrossEntropy(labels, logits) as tf.Scalar };
    },
  };
}

/** Random images and labels. */
export function trainBatch({ batch }: TrainingTask): Named<HostTensor> {
  const { images, labels } = batch;
  const size = images.reduce((a, b) => a * b);
  const oneHot = new Float32Array(labels[0] * classes);
  for (let item = 0; item < labels[0]; item++) oneHot[item * classes + ((7 * item) % classes)] = 1;
  return { images: { data: gaussian(size, 1, 50), shape: images }, labels: { data: oneHot, shape: labels } };
}
