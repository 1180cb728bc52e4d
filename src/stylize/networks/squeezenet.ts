/**
 * SqueezeNet 1.1 trained on ImageNet (Iandola et al. 2016). The convolutions that are loaded have about 3.6% as many weights
 * as those of VGG-19. Its fire modules squeeze with 1x1 filters and expand with 1x1 and 3x3 filters side by side.
 * @module
 */
import * as tf from '@tensorflow/tfjs';
import type { Named, Shape } from '../../engine/engine.js';
import { WildstyleError } from '../../errors.js';
import { loadImagenetWeights, preprocessed, type StoredConvolution } from './imagenet-weights.js';
import type { Network, Pooling } from './network.js';
import { unknownLayer } from './vgg/vgg.js';

/** A fire module: its place in torchvision's list, and the channels of its two steps. */
interface Fire {
  readonly place: number;
  readonly squeeze: number;
  /** Of the 1x1 and of the 3x3 filters. */
  readonly expand: number;
}

const stemChannels = 64;
const fires: Readonly<Record<string, Fire>> = {
  fire2: { place: 3, squeeze: 16, expand: 64 },
  fire3: { place: 4, squeeze: 16, expand: 64 },
  fire4: { place: 6, squeeze: 32, expand: 128 },
  fire5: { place: 7, squeeze: 32, expand: 128 },
  fire6: { place: 9, squeeze: 48, expand: 192 },
  fire7: { place: 10, squeeze: 48, expand: 192 },
  fire8: { place: 11, squeeze: 64, expand: 256 },
  fire9: { place: 12, squeeze: 64, expand: 256 },
};

/** The layers in order. Those of fire modules are ReLUs. */
const layers = ['conv1', 'relu1', 'pool1', 'fire2', 'fire3', 'pool3', 'fire4', 'fire5', 'pool5']
  .concat(['fire6', 'fire7', 'fire8', 'fire9'])
  .flatMap((layer) => (layer.startsWith('fire') ? [`${layer}_squeeze`, layer] : [layer]));

/** The convolutions under torchvision's names. */
export const squeezenetConvolutions: readonly StoredConvolution[] = (() => {
  const found = [{ layer: 'conv1', name: 'features.0', inputs: 3, outputs: stemChannels, edge: 3 }];
  let inputs = stemChannels;
  for (const [layer, { place, squeeze, expand }] of Object.entries(fires)) {
    const name = `features.${place}`;
    found.push(
      { layer: `${layer}_squeeze`, name: `${name}.squeeze`, inputs, outputs: squeeze, edge: 1 },
      { layer: `${layer}_1x1`, name: `${name}.expand1x1`, inputs: squeeze, outputs: expand, edge: 1 },
      { layer: `${layer}_3x3`, name: `${name}.expand3x3`, inputs: squeeze, outputs: expand, edge: 3 },
    );
    inputs = 2 * expand;
  }
  return found;
})();

const windowPx = 3;
/** Edge after a convolution with a stride of two and without padding. */
const convolvedEdge = (px: number): number => Math.floor((px - windowPx) / 2) + 1;
/** Edge after pooling, whose last window may reach over the border. */
const pooledEdge = (px: number): number => Math.ceil((px - windowPx) / 2) + 1;

function shapeAt(wanted: string, [batch, height, width]: Shape): Shape {
  let [rows, columns, channels] = [convolvedEdge(height), convolvedEdge(width), stemChannels];
  for (const layer of layers) {
    if (layer.startsWith('pool')) [rows, columns] = [pooledEdge(rows), pooledEdge(columns)];
    const fire = fires[layer.split('_')[0]];
    if (fire) channels = layer.endsWith('_squeeze') ? fire.squeeze : 2 * fire.expand;
    if (layer === wanted) break;
  }
  return [batch, rows, columns, channels];
}

/** Repeats the last row and column where the last window reaches over them: their maximum stays the same. */
function covered(x: tf.Tensor4D): tf.Tensor4D {
  const [, height, width] = x.shape;
  const repeated = (image: tf.Tensor4D, axis: 1 | 2): tf.Tensor4D =>
    tf.concat(
      [image, tf.slice(image, [0, 0, 0, 0].with(axis, image.shape[axis] - 1), [-1, -1, -1, -1])],
      axis,
    );
  const tall = height % 2 === 0 ? repeated(x, 1) : x;
  return width % 2 === 0 ? repeated(tall, 2) : tall;
}

const downsampling: Readonly<Record<Pooling, (x: tf.Tensor4D) => tf.Tensor4D>> = {
  max: (x) => tf.maxPool(covered(x), windowPx, 2, 'valid'),
  average: (x) => tf.avgPool(covered(x), windowPx, 2, 'valid'),
};

function features(
  image: tf.Tensor4D,
  weights: Named<tf.Tensor>,
  wanted: readonly string[],
  pooling: Pooling,
): Named<tf.Tensor4D> {
  const unknown = wanted.find((layer) => !layers.includes(layer));
  if (unknown !== undefined) throw unknownLayer(unknown, layers);
  const convolve = (x: tf.Tensor4D, layer: string, stride = 1, padding: 'same' | 'valid' = 'same') =>
    tf.add(
      tf.conv2d(x, weights[`${layer}.weight`] as tf.Tensor4D, stride, padding),
      weights[`${layer}.bias`],
    ) as tf.Tensor4D;
  const last = Math.max(...wanted.map((layer) => layers.indexOf(layer)));
  const found: Record<string, tf.Tensor4D> = {};
  let current = preprocessed(image, weights);
  for (const layer of layers.slice(0, last + 1)) {
    if (layer === 'conv1') current = convolve(current, layer, 2, 'valid');
    else if (layer === 'relu1') current = tf.relu(current);
    else if (layer.startsWith('pool')) current = downsampling[pooling](current);
    else if (layer.endsWith('_squeeze')) current = tf.relu(convolve(current, layer));
    else {
      const expanded = [convolve(current, `${layer}_1x1`), convolve(current, `${layer}_3x3`)];
      current = tf.relu(tf.concat(expanded, 3));
    }
    if (wanted.includes(layer)) found[layer] = current;
  }
  return found;
}

export const squeezenet: Network = {
  layers,
  defaults: {
    contentLayers: { fire5: 1 },
    styleLayers: ['relu1', 'fire2', 'fire4', 'fire6'],
    pooling: 'max',
    optimizer: 'lbfgs',
    // The stride of the first convolution leaves single pixels free.
    totalVariation: 0.05,
    coarseStage: true,
    smoothing: true,
  },
  minimumSizePx: 32,
  needsWeights: true,
  takesWeights: true,
  async loadWeights(file) {
    if (!file) throw new WildstyleError('weights-missing', 'squeezenet1_1 needs a weights file.');
    return loadImagenetWeights(file, { title: 'SqueezeNet 1.1', convolutions: squeezenetConvolutions });
  },
  shapeAt,
  features,
};
