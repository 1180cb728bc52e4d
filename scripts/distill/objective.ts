/**
 * The loss of a distillation: how far the student's features, Gram matrices and image gradients are from the teacher's.
 * @module
 */
import * as tf from '@tensorflow/tfjs';
import type { HostTensor, Named, Shape, WeightSet } from '../../src/engine/engine.js';
import { averagePool2x2 as halved } from '../../src/engine/pooling.js';
import { vgg19 } from '../../src/stylize/networks/vgg/vgg19.js';
import { gramMatrix } from '../../src/stylize/terms/style/gram.js';
import type { LossInput, LossOutput, TrainingTask } from '../../src/train/trainer.js';
import {
  comparedLayers,
  contentLayer,
  ownParameters,
  type Student,
  studentFeatures,
  styleLayers,
} from './student.js';

/** Weights of the three parts. */
export interface PartWeights {
  readonly features: number;
  readonly grams: number;
  readonly gradients: number;
}

export interface DistillationOptions {
  readonly students: readonly Student[];
  readonly parameters: Named<HostTensor>;
  readonly teacher: WeightSet;
  readonly sizePx: number;
  readonly batch: number;
  readonly parts: PartWeights;
}

type Features = Named<tf.Tensor4D>;
type Extract = (image: tf.Tensor4D, layers: readonly string[]) => Features;

/** The gradients are compared at full size and averaged over 2x2, 4x4 and 8x8 pixels. */
export const levels = 4;
/**
 * Share of the squared gradient at the start in the divisor of a gradient's error. Without it, images near their optimum,
 * whose gradients are small and random, would weigh as much as those with the way still before them.
 */
const startShare = 0.3;

/** Fraction of its velocity that an image in the making keeps. */
const momentum = 0.8;

/** The images of a batch, as rows of pixels: engines keep rows as they are. */
export const rowShape = (batch: number, sizePx: number): Shape => [batch, 3 * sizePx * sizePx];

/** Shapes of a batch. */
export const batchShapes = (batch: number, sizePx: number): Record<string, Shape> => ({
  image: rowShape(batch, sizePx),
  velocity: rowShape(batch, sizePx),
  content: rowShape(batch, sizePx),
  style: rowShape(batch, sizePx),
  // Of each image: the weight of the content loss and of each style layer, the length of a step, and whether the
  // teacher's gradient moves it (1) or the first student's (0).
  contentWeight: [batch],
  styleWeights: [batch, styleLayers.length],
  stepLength: [batch],
  // The mean square of the teacher's gradient at each level when the optimization began; 0 in its first step.
  startSquares: [batch, levels],
  follows: [batch, 1],
});

/** The task of training one or several students at once against one pass of the teacher. */
export function distillationTask(options: DistillationOptions): TrainingTask {
  const { parameters, teacher, sizePx, batch } = options;
  return {
    parameters,
    frozen: teacher,
    batch: batchShapes(batch, sizePx),
    loss: (given) => distillationLoss(options, given),
  };
}

function distillationLoss(
  { students, sizePx, batch, parts }: DistillationOptions,
  { parameters, batch: given, frozen }: LossInput,
): LossOutput {
  const images = (name: string) => tf.reshape(given[name], [batch, sizePx, sizePx, 3]) as tf.Tensor4D;
  const [image, content, style] = ['image', 'content', 'style'].map(images);
  const weights = { content: given.contentWeight, style: given.styleWeights };
  const teaches: Extract = (x, layers) => vgg19.features(x, frozen, layers, vgg19.defaults.pooling);
  const taught = imageGradient(teaches, image, targetsOf(teaches, content, style), weights);
  const expected = [image, style].map((x) => teaches(x, comparedLayers));

  const squares = levelsOf(taught).map((level) => tf.mean(tf.square(level), [1, 2, 3]));
  const current = tf.stack(squares, 1);
  // In the first step of an optimization, its gradient is the one at the start.
  const starts = tf.where(tf.greater(given.startSquares, 0), given.startSquares, current);

  const metrics: Record<string, tf.Scalar> = {};
  let total: tf.Tensor = tf.scalar(0);
  let first: tf.Tensor4D | undefined;
  for (const student of students) {
    const own = ownParameters(student, parameters);
    const learns: Extract = (x, layers) => studentFeatures(student, x, own, layers);
    const found = [image, style].map((x) => learns(x, comparedLayers));
    const errors = found.map((features, i) => featureErrors(features, expected[i], own));
    const gradient = imageGradient(learns, image, targetsOf(learns, content, style), weights);
    first ??= gradient;
    const values = {
      features: tf.mean(tf.stack(errors.map((error) => error.features))),
      grams: tf.mean(tf.stack(errors.map((error) => error.grams))),
      ...gradientErrors(gradient, taught, starts),
    };
    for (const [name, value] of Object.entries(values))
      metrics[`${student.name}.${name}`] = value as tf.Scalar;
    total = tf.addN([
      total,
      tf.mul(values.features, parts.features),
      tf.mul(values.grams, parts.grams),
      tf.mul(values.gradients, parts.gradients),
    ]);
  }
  return {
    loss: total as tf.Scalar,
    metrics,
    outputs: {
      ...moved(image, images('velocity'), taught, first as tf.Tensor4D, { ...given, starts }),
      startSquares: starts,
    },
  };
}

/** What the objective of an image compares with: the content's features, the style's Gram matrices, and their scales. */
interface Targets {
  readonly content: tf.Tensor4D;
  readonly contentScale: tf.Tensor1D;
  readonly grams: Named<tf.Tensor3D>;
  readonly gramScales: Named<tf.Tensor1D>;
}

function targetsOf(extract: Extract, content: tf.Tensor4D, style: tf.Tensor4D): Targets {
  const start = extract(content, comparedLayers);
  const look = extract(style, styleLayers);
  const grams: Record<string, tf.Tensor3D> = {};
  const gramScales: Record<string, tf.Tensor1D> = {};
  for (const layer of styleLayers) {
    grams[layer] = gramMatrix(look[layer]);
    const squares = [grams[layer], gramMatrix(start[layer])].map((gram) => tf.mean(tf.square(gram), [1, 2]));
    gramScales[layer] = tf.maximum(tf.mul(tf.add(squares[0], squares[1]), 0.5), 1e-8) as tf.Tensor1D;
  }
  const found = start[contentLayer];
  const contentScale = tf.maximum(tf.mean(tf.square(found), [1, 2, 3]), 1e-4) as tf.Tensor1D;
  return { content: found, contentScale, grams, gramScales };
}

/** The gradient of the objective with respect to the image. */
function imageGradient(
  extract: Extract,
  image: tf.Tensor4D,
  targets: Targets,
  weights: { content: tf.Tensor; style: tf.Tensor },
): tf.Tensor4D {
  const shares = tf.split(weights.style, styleLayers.length, 1);
  return tf.grad((x) => {
    const features = extract(x as tf.Tensor4D, comparedLayers);
    const difference = tf.mean(tf.squaredDifference(features[contentLayer], targets.content), [1, 2, 3]);
    const terms = styleLayers.map((layer, i) => {
      const squares = tf.mean(
        tf.squaredDifference(gramMatrix(features[layer]), targets.grams[layer]),
        [1, 2],
      );
      return tf.mul(tf.reshape(shares[i], [-1]), tf.div(squares, targets.gramScales[layer]));
    });
    return tf.sum(tf.addN([tf.mul(weights.content, tf.div(difference, targets.contentScale)), ...terms]));
  })(image) as tf.Tensor4D;
}

/** Mean squared error of the projected features and of their Gram matrices, each over its target's mean square. */
function featureErrors(
  found: Features,
  expected: Features,
  own: Named<tf.Tensor>,
): { features: tf.Tensor; grams: tf.Tensor } {
  const features: tf.Tensor[] = [];
  const grams: tf.Tensor[] = [];
  for (const layer of comparedLayers) {
    const projection = own[`${layer}.projection`] as tf.Tensor2D;
    const [batch, height, width, channels] = found[layer].shape;
    const flat = tf.reshape(found[layer], [batch * height * width, channels]) as tf.Tensor2D;
    const target = tf.reshape(expected[layer], [batch * height * width, projection.shape[1]]);
    features.push(relativeError(tf.matMul(flat, projection), target));
    const [from, to] = projection.shape;
    const gram = gramMatrix(found[layer]);
    const right = tf.reshape(tf.matMul(tf.reshape(gram, [batch * from, from]) as tf.Tensor2D, projection), [
      batch,
      from,
      to,
    ]);
    const turned = tf.reshape(tf.transpose(right, [0, 2, 1]), [batch * to, from]) as tf.Tensor2D;
    const projected = tf.reshape(tf.matMul(turned, projection), [batch, to, to]);
    grams.push(relativeError(projected, gramMatrix(expected[layer])));
  }
  return { features: tf.mean(tf.stack(features)), grams: tf.mean(tf.stack(grams)) };
}

const relativeError = (found: tf.Tensor, target: tf.Tensor): tf.Tensor =>
  tf.div(tf.mean(tf.squaredDifference(found, target)), tf.add(tf.mean(tf.square(target)), 1e-8));

/** An image averaged over 1x1, 2x2, 4x4 and 8x8 pixels. */
function levelsOf(image: tf.Tensor4D): tf.Tensor4D[] {
  const found = [image];
  while (found.length < levels) found.push(halved(found[found.length - 1]));
  return found;
}

/** The squared error of a gradient at each level, relative to the present and the first gradient of the teacher. */
function gradientErrors(
  found: tf.Tensor4D,
  target: tf.Tensor4D,
  starts: tf.Tensor,
): { gradients: tf.Tensor; cosine: tf.Tensor; coarse: tf.Tensor } {
  const perImage = (x: tf.Tensor) => tf.mean(x, [1, 2, 3]);
  const cosine = (a: tf.Tensor4D, b: tf.Tensor4D) => {
    const lengths = tf.sqrt(tf.add(tf.mul(perImage(tf.square(a)), perImage(tf.square(b))), 1e-30));
    return tf.mean(tf.div(perImage(tf.mul(a, b)), lengths));
  };
  const [a, b] = [levelsOf(found), levelsOf(target)];
  const firstSquares = tf.split(starts, levels, 1);
  const errors = a.map((level, i) => {
    const scale = tf.add(
      tf.mul(tf.reshape(firstSquares[i], [-1]), startShare),
      tf.mul(perImage(tf.square(b[i])), 1 - startShare),
    );
    const error = tf.div(perImage(tf.squaredDifference(level, b[i])), tf.add(scale, 1e-30));
    // One image must not outweigh the others.
    return tf.mean(tf.minimum(error, 4));
  });
  return { gradients: tf.mean(tf.stack(errors)), cosine: cosine(a[0], b[0]), coarse: cosine(a[2], b[2]) };
}

/**
 * The next image of each optimization: one step of momentum along the teacher's or the student's gradient, in units of the
 * root mean square of the first gradient. So the images of later batches are those that an optimizer meets.
 */
function moved(
  image: tf.Tensor4D,
  velocity: tf.Tensor4D,
  taught: tf.Tensor4D,
  learned: tf.Tensor4D,
  { stepLength, follows, starts }: Named<tf.Tensor>,
): Named<tf.Tensor> {
  const batch = image.shape[0];
  const first = tf.reshape(tf.split(starts, levels, 1)[0], [batch, 1, 1, 1]);
  const unit = (gradient: tf.Tensor4D) => {
    const meanSquare = tf.mean(tf.square(gradient), [1, 2, 3], true);
    return tf.div(gradient, tf.sqrt(tf.add(tf.maximum(meanSquare, first), 1e-30)));
  };
  const share = tf.reshape(follows, [batch, 1, 1, 1]);
  const direction = tf.add(tf.mul(unit(taught), share), tf.mul(unit(learned), tf.sub(1, share)));
  const next = tf.add(tf.mul(velocity, momentum), tf.mul(direction, 1 - momentum));
  const step = tf.mul(next, tf.reshape(stepLength, [batch, 1, 1, 1]));
  const rows = (x: tf.Tensor) => tf.reshape(x, [batch, -1]);
  return { image: rows(tf.clipByValue(tf.sub(image, step), 0, 1)), velocity: rows(next) };
}
