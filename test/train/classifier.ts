/** A small classifier of synthetic images, for tests. @module */
import * as tf from '@tensorflow/tfjs';
import type { HostTensor, Named } from '../../src/engine/index.js';
import { keyOfSeed, normals, uniform } from '../../src/random.js';
import { type BatchStatistics, normalizedByBatch } from '../../src/train/batch-normalization.js';
import type { TrainingTask } from '../../src/train/trainer.js';

const key = keyOfSeed(4);
const [batch, sizePx, classes] = [12, 12, 3];

const drawn = (shape: number[], draw: number, deviation: number): HostTensor => ({
  shape,
  data: normals(
    key,
    draw,
    shape.reduce((a, b) => a * b),
  ).map((value) => value * deviation),
});

const filled = (channels: number, value: number): HostTensor => ({
  shape: [channels],
  data: new Float32Array(channels).fill(value),
});

const widths = [3, 8, 12];

const parameters: Record<string, HostTensor> = {
  'dense.weight': drawn([12, classes], 9, 0.3),
  'dense.bias': filled(classes, 0),
};
const buffers: Record<string, HostTensor> = {};
for (const block of [1, 2]) {
  const [from, to] = [widths[block - 1], widths[block]];
  parameters[`conv${block}.weight`] = drawn([3, 3, from, to], block, Math.sqrt(2 / (9 * from)));
  parameters[`norm${block}.scale`] = filled(to, 1);
  parameters[`norm${block}.offset`] = filled(to, 0);
  buffers[`norm${block}.mean`] = filled(to, 0);
  buffers[`norm${block}.variance`] = filled(to, 1);
}

/** Two convolutions with batch normalization, one of stride 2, max pooling, a dense layer, cross-entropy. */
export const classifier: TrainingTask = {
  parameters,
  buffers,
  batch: { images: [batch, sizePx, sizePx, 3], labels: [batch, classes] },
  loss({ parameters: p, batch: given, buffers: old }) {
    const updated: Record<string, tf.Tensor> = {};
    const block = (x: tf.Tensor4D, index: 1 | 2): tf.Tensor4D => {
      const convolved = tf.conv2d(x, p[`conv${index}.weight`] as tf.Tensor4D, index, 'same');
      const statistics: BatchStatistics = {
        scale: p[`norm${index}.scale`],
        offset: p[`norm${index}.offset`],
        mean: old[`norm${index}.mean`],
        variance: old[`norm${index}.variance`],
      };
      const { y, mean, variance } = normalizedByBatch(convolved, statistics);
      updated[`norm${index}.mean`] = mean;
      updated[`norm${index}.variance`] = variance;
      return tf.relu(y) as tf.Tensor4D;
    };
    const pooled = tf.maxPool(block(given.images as tf.Tensor4D, 1), 2, 2, 'valid');
    const features = tf.mean(block(pooled, 2), [1, 2]) as tf.Tensor2D;
    const logits = tf.add(tf.matMul(features, p['dense.weight'] as tf.Tensor2D), p['dense.bias']);
    const right = tf.equal(tf.argMax(logits, 1), tf.argMax(given.labels, 1));
    return {
      loss: tf.losses.softmaxCrossEntropy(given.labels, logits) as tf.Scalar,
      metrics: { accuracy: tf.mean(tf.cast(right, 'float32')) as tf.Scalar },
      buffers: updated,
    };
  },
};

/** Noise with stripes across, down or aslant: what the classifier tells apart. */
export function classifierBatch(step: number): Named<HostTensor> {
  const images = drawn([batch, sizePx, sizePx, 3], 100 + step, 0.7);
  const labels = { data: new Float32Array(batch * classes), shape: [batch, classes] };
  for (let item = 0; item < batch; item++) {
    const label = Math.floor(classes * uniform(key, 100 + step, item));
    labels.data[item * classes + label] = 1;
    for (let y = 0; y < sizePx; y++) {
      for (let x = 0; x < sizePx; x++) {
        const stripe = Math.sin(1.5 * [x, y, x + y][label]);
        for (let c = 0; c < 3; c++) images.data[((item * sizePx + y) * sizePx + x) * 3 + c] += stripe;
      }
    }
  }
  return { images, labels };
}
