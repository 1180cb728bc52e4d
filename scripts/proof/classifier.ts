/** The classifier of the proof: three convolutions from scratch, trained by the project's own trainer. @module */
import * as tf from '@tensorflow/tfjs';
import type { Compiled, Engine, HostTensor, Named } from '../../src/engine/engine.js';
import { drawNumber, type Key, keyOfSeed, normals, random32 } from '../../src/random.js';
import {
  type BatchStatistics,
  normalizedByAverages,
  normalizedByBatch,
} from '../../src/train/batch-normalization.js';
import { cosineRate } from '../../src/train/schedules.js';
import { keptShape } from '../../src/train/step.js';
import { train } from '../../src/train/train.js';
import { createTrainer, type TrainingTask } from '../../src/train/trainer.js';

const widths = [3, 16, 32, 64];
const batch = 24;
/** Of the learning rate. */
const [peak, warmUp] = [0.003, 20];

/** Images as a batch, `[images, size, size, 3]`, and the index of the class of each. */
export interface Labeled {
  readonly images: HostTensor;
  readonly labels: readonly number[];
}

function task(seed: number, sizePx: number, classes: number): TrainingTask {
  const key = keyOfSeed(seed);
  const drawn = (shape: readonly number[], name: string, deviation: number): HostTensor => ({
    shape,
    data: normals(
      key,
      drawNumber(name),
      shape.reduce((a, b) => a * b),
    ).map((value) => value * deviation),
  });
  const filled = (channels: number, value: number): HostTensor => ({
    shape: [channels],
    data: new Float32Array(channels).fill(value),
  });
  const parameters: Record<string, HostTensor> = {
    'dense.weight': drawn([widths[3], classes], 'dense', 0.1),
    'dense.bias': filled(classes, 0),
  };
  const buffers: Record<string, HostTensor> = {};
  for (const block of [1, 2, 3]) {
    const [from, to] = [widths[block - 1], widths[block]];
    parameters[`conv${block}.weight`] = drawn([3, 3, from, to], `conv${block}`, Math.sqrt(2 / (9 * from)));
    parameters[`norm${block}.scale`] = filled(to, 1);
    parameters[`norm${block}.offset`] = filled(to, 0);
    buffers[`norm${block}.mean`] = filled(to, 0);
    buffers[`norm${block}.variance`] = filled(to, 1);
  }
  return {
    parameters,
    buffers,
    batch: { images: [batch, sizePx, sizePx, 3], labels: [batch, classes] },
    loss({ parameters: p, batch: given, buffers: old }) {
      const updated: Record<string, tf.Tensor> = {};
      const logits = logitsOf(given.images as tf.Tensor4D, p, old, (x, block, statistics) => {
        const { y, mean, variance } = normalizedByBatch(x, statistics);
        updated[`norm${block}.mean`] = mean;
        updated[`norm${block}.variance`] = variance;
        return y;
      });
      return { loss: tf.losses.softmaxCrossEntropy(given.labels, logits) as tf.Scalar, buffers: updated };
    },
  };
}

function logitsOf(
  images: tf.Tensor4D,
  p: Named<tf.Tensor>,
  buffers: Named<tf.Tensor>,
  normalized: (x: tf.Tensor, block: number, statistics: BatchStatistics) => tf.Tensor,
): tf.Tensor2D {
  let x: tf.Tensor4D = tf.sub(tf.mul(images, 4), 2);
  for (const block of [1, 2, 3]) {
    const convolved = tf.conv2d(x, p[`conv${block}.weight`] as tf.Tensor4D, 1, 'same');
    const statistics = {
      scale: p[`norm${block}.scale`],
      offset: p[`norm${block}.offset`],
      mean: buffers[`norm${block}.mean`],
      variance: buffers[`norm${block}.variance`],
    };
    x = tf.maxPool(tf.relu(normalized(convolved, block, statistics)) as tf.Tensor4D, 2, 2, 'valid');
  }
  return tf.add(
    tf.matMul(tf.mean(x, [1, 2]) as tf.Tensor2D, p['dense.weight'] as tf.Tensor2D),
    p['dense.bias'],
  );
}

/** A trained classifier: the index of the most likely class of each image. */
export type Classifier = (images: HostTensor) => Promise<number[]>;

/**
 * Trains a classifier from scratch. Half of each batch are originals, half extra images, if there are any.
 * @param sizePx edge of the images
 */
export async function trainClassifier(
  engine: Engine,
  originals: Labeled,
  extra: Labeled | undefined,
  { seed, steps, classes, sizePx }: { seed: number; steps: number; classes: number; sizePx: number },
): Promise<Classifier> {
  const trainer = await createTrainer(engine, task(seed, sizePx, classes));
  const key = keyOfSeed(1000 + seed);
  try {
    await train({
      trainer,
      steps,
      schedule: cosineRate({ peak, steps, warmUp }),
      batches: (step) => batchOf(originals, extra, classes, key, step),
    });
    const { parameters, buffers } = await trainer.state();
    return (images) => predict(engine, { ...parameters, ...buffers }, images);
  } finally {
    trainer.dispose();
  }
}

function batchOf(
  originals: Labeled,
  extra: Labeled | undefined,
  classes: number,
  key: Key,
  step: number,
): Named<HostTensor> {
  const pixels = originals.images.data.length / originals.labels.length;
  const images = new Float32Array(batch * pixels);
  const labels = new Float32Array(batch * classes);
  for (let item = 0; item < batch; item++) {
    const from = extra && item % 2 === 1 ? extra : originals;
    const at = random32(key, step, item) % from.labels.length;
    images.set(from.images.data.subarray(at * pixels, (at + 1) * pixels), item * pixels);
    labels[item * classes + from.labels[at]] = 1;
  }
  return {
    images: { data: images, shape: [batch, ...originals.images.shape.slice(1)] },
    labels: { data: labels, shape: [batch, classes] },
  };
}

/** Compiled graphs by the shape of the images; the weights are inputs, so that all classifiers share them. */
const graphs = new Map<string, Promise<Compiled>>();

async function predict(
  engine: Engine,
  weights: Named<HostTensor>,
  { data, shape }: HostTensor,
): Promise<number[]> {
  const shapes = Object.fromEntries(Object.entries(weights).map(([name, each]) => [name, each.shape]));
  let graph = graphs.get(shape.join());
  if (!graph) {
    const flat = Object.fromEntries(Object.entries(shapes).map(([name, each]) => [name, keptShape(each)]));
    graph = engine.compile(
      ({ images, ...given }) => {
        const unkept = Object.fromEntries(
          Object.entries(given).map(([name, tensor]) => [name, tf.reshape(tensor, [...shapes[name]])]),
        );
        return {
          logits: logitsOf(images as tf.Tensor4D, unkept, unkept, (x, _, statistics) =>
            normalizedByAverages(x, statistics),
          ),
        };
      },
      { images: shape, ...flat },
    );
    graphs.set(shape.join(), graph);
  }
  const compiled = await graph;
  const inputs = Object.fromEntries(
    [['images', { data, shape }] as const, ...Object.entries(weights)].map(([name, tensor]) => [
      name,
      engine.put(name === 'images' ? tensor : { data: tensor.data, shape: keptShape(tensor.shape) }),
    ]),
  );
  const { logits } = await compiled.run(inputs);
  const values = await engine.read(logits);
  for (const value of [...Object.values(inputs), logits]) value.dispose();
  const classes = values.length / shape[0];
  return Array.from({ length: shape[0] }, (_, i) => {
    const row = values.subarray(i * classes, (i + 1) * classes);
    return row.indexOf(Math.max(...row));
  });
}
