/** The workload of the engine benchmark: VGG-19 up to conv5_1 with a Gram and content objective. @module */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import type { HostTensor, Shape, TensorFunction, WeightSet } from '../../src/engine/index.js';
import { vgg19 } from '../../src/stylize/networks/vgg/vgg19.js';
import { repositoryRoot } from '../docs/repository.js';

/** Convolutions up to conv5_1: name, input and output channels, and the number of poolings before. */
export const convolutions = [[64, 64], [128, 128], [256, 256, 256, 256], [512, 512, 512, 512], [512]].flatMap(
  (block, b, blocks) =>
    block.map((output, index) => ({
      name: `${b + 1}_${index + 1}`,
      input: index > 0 ? block[index - 1] : (blocks[b - 1]?.at(-1) ?? 3),
      output,
      halvings: b,
      firstOfBlock: index === 0,
    })),
);

/** One of {@link convolutions}. */
export type Convolution = (typeof convolutions)[number];

/** The convolutions whose Gram matrices are compared. */
export const styleLayers = ['1_1', '2_1', '3_1', '4_1', '5_1'];
/** The convolution whose features are compared. */
export const contentLayer = '4_2';

/** Floating-point operations of one step: direct convolutions and Gram products, forward and backward. */
export function stepFlop(sizePx: number): number {
  const pixels = ({ halvings }: Convolution): number => (sizePx >> halvings) ** 2;
  const forward = convolutions.reduce((sum, c) => {
    const gram = styleLayers.includes(c.name) ? 2 * c.output ** 2 * pixels(c) : 0;
    return sum + 2 * 9 * c.input * c.output * pixels(c) + gram;
  }, 0);
  // The backward pass has one product of the same size for each, because only features need gradients, not weights.
  return 2 * forward;
}

/** Shapes of the inputs of {@link step}. */
export const stepShapes = (sizePx: number, batch = 1): Record<string, Shape> => ({
  image: [batch, sizePx, sizePx, 3],
  content: [batch, sizePx / 8, sizePx / 8, 512],
  ...Object.fromEntries(
    convolutions
      .filter(({ name }) => styleLayers.includes(name))
      .map(({ name, output }) => [`gram${name}`, [batch, output, output]]),
  ),
});

/** The objective and its gradient with respect to the pixels, like that of a recipe. */
export const step: TensorFunction = ({ image, content, ...grams }, weights) => {
  const layers = [...styleLayers, contentLayer].map((name) => `relu${name}`);
  const loss = (pixels: tf.Tensor): tf.Scalar => {
    const features = vgg19.features(pixels as tf.Tensor4D, weights, layers, 'max');
    let total = tf.mean(tf.squaredDifference(features[`relu${contentLayer}`], content)) as tf.Scalar;
    for (const name of styleLayers) {
      const [batch, height, width, channels] = features[`relu${name}`].shape;
      const flat = tf.reshape(features[`relu${name}`], [batch, height * width, channels]);
      const gram = tf.div(tf.matMul(flat, flat, true, false), height * width);
      total = tf.add(total, tf.mean(tf.squaredDifference(gram, grams[`gram${name}`])));
    }
    return total;
  };
  const { value, grad } = tf.valueAndGrad(loss)(image);
  return { loss: value, gradient: grad };
};

/** Normally distributed numbers from a seeded linear congruential generator, so that runs are reproducible. */
export function gaussian(size: number, deviation: number, seed: number): Float32Array {
  let state = (seed * 7919 + 1) >>> 0;
  const uniform = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state + 1) / (2 ** 32 + 1);
  };
  return Float32Array.from(
    { length: size },
    () => deviation * Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform()),
  );
}

/** VGG-19's weights if the shared folder has them, else random weights of the same shapes (He et al. 2015). */
export async function stepWeights(): Promise<WeightSet> {
  const file = join(dirname(repositoryRoot), 'shared', 'weights', 'vgg19-conv-f16.safetensors');
  if (existsSync(file)) return vgg19.loadWeights(new Uint8Array(readFileSync(file)));
  const tensors: Record<string, HostTensor> = {
    'preprocess.scale': { shape: [3], data: Float32Array.of(4, 4, 4) },
    'preprocess.mean': { shape: [3], data: Float32Array.of(2, 2, 2) },
  };
  convolutions.forEach(({ name, input, output }, index) => {
    const data = gaussian(9 * input * output, Math.sqrt(2 / (9 * input)), index + 1);
    tensors[`conv${name}.weight`] = { shape: [3, 3, input, output], data };
    tensors[`conv${name}.bias`] = { shape: [output], data: new Float32Array(output) };
  });
  return { digest: 'random', tensors };
}
