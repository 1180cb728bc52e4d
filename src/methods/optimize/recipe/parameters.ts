/** The parameters of the method `optimize`, as written in a job. @module */
import { z } from 'zod';
import { auto } from '../../../auto.js';
import { maximumSizePx, minimumEdgePx } from '../../../images/fit.js';
import { networkNames } from '../../../stylize/networks/index.js';
import { paddings, poolings } from '../../../stylize/networks/network.js';
import { optimizerNames } from '../../../stylize/optimizers/index.js';
import { parametrizationNames } from '../../../stylize/parametrizations/index.js';
import { contentLosses, styleLosses } from '../../../stylize/terms/index.js';
import { blendSchema } from '../../blend.js';
import { colors } from '../pixels/color.js';
import { mixSchema } from '../styles/mix.js';
import { losses } from './loss-parameters.js';
import { weightings } from './shares.js';
import { hasWeight, weight } from './weight.js';

/** Layers as a list (equal weights) or a map from layer to weight. */
const layers = z.union([
  z.array(z.string().min(1)).min(1).max(64),
  z.record(z.string().min(1), weight).refine(hasWeight, 'give at least one layer a weight above 0'),
]);

const initialImage = z.union([
  z.enum(['content', 'style', 'noise']),
  z
    .strictObject({
      content: weight.default(0).describe('Relative weight of the content image'),
      style: weight.default(0).describe("Relative weight of the style image, cropped to the content's shape"),
      noise: weight.default(0).describe('Relative weight of noise around mid-gray'),
    })
    .refine(hasWeight, 'give at least one weight above 0'),
]);

const steps = z.int().min(1).max(10000);

const learningRate = z.number().positive().max(10).optional();

const stage = z.strictObject({
  scale: z.number().gt(0).lt(1).describe('Size relative to `size`'),
  steps: steps.describe('Optimization steps at this size'),
  learningRate: learningRate.describe('Learning rate at this size. Default: `learningRate` of the recipe'),
  contentWeight: z
    .number()
    .min(0)
    .max(1000)
    .optional()
    .describe('Factor on the weight of the content at this size. Default: 1; more keeps more of the shapes'),
});

const decay = z.union([
  z.enum(['none', 'cosine']),
  z.strictObject({
    factor: z.number().gt(0).lt(1).describe('Factor on the learning rate'),
    every: steps.describe('Number of steps between two reductions'),
  }),
]);

export const optimizeParameters = {
  network: z
    .enum([auto, ...networkNames])
    .default(auto)
    .describe('Feature network. auto: compact'),
  pooling: z
    .enum(poolings)
    .optional()
    .describe('Pooling between network blocks. Default: depends on the network'),
  padding: z
    .enum(paddings)
    .default('replicate')
    .describe(
      'What VGG-like networks see beyond the border. replicate: copies of it, before the second pooling; first: before the first layer only; zeros: as published',
    ),
  smoothing: z
    .boolean()
    .optional()
    .describe(
      'Whether features go through a softmax before they are compared: for networks whose features have few, high peaks. Default: depends on the network',
    ),
  weighting: z
    .enum(weightings)
    .default('relative')
    .describe(
      'relative: every loss is divided by its size for the sources, and weights of layers and losses are shares. absolute: neither, as in published code. normalized: absolute, but the weight of each style layer is divided by its squared number of channels',
    ),
  init: initialImage
    .default('content')
    .describe('Initial image of the optimization: one image, or a weighted mix'),
  content: z
    .strictObject({
      loss: losses(contentLosses)
        .default('features')
        .describe(
          'Content loss. For several: a list, or a map from loss to weight. In place of a weight: a map with `weight` and the parameters of the loss',
        ),
      layers: layers.optional().describe('Content layers. Default: depends on the network'),
      weight: weight.default(1).describe('Weight of the content loss'),
    })
    .prefault({})
    .describe('The content loss, which preserves shapes'),
  style: z
    .strictObject({
      loss: losses(styleLosses)
        .default('gram')
        .describe(
          'Style loss. For several: a list, or a map from loss to weight. In place of a weight: a map with `weight` and the parameters of the loss',
        ),
      layers: layers.optional().describe('Style layers. Default: depends on the network'),
      strength: weight
        .default(10)
        .describe(
          'How strongly the style acts: 1 is barely visible, 5 tints the photograph, 20 paints it, 100 is mostly style',
        ),
      weight: weight.optional().describe('Weight of the style loss. Default: `strength`² / 50'),
      size: z
        .int()
        .min(minimumEdgePx)
        .max(maximumSizePx)
        .optional()
        .describe('Long edge of the style image in pixels. Default: `size`'),
      scale: z
        .number()
        .min(0.1)
        .max(4)
        .default(1)
        .describe('Factor on the size of the style image: smaller gives finer strokes'),
      mix: mixSchema
        .optional()
        .describe(
          'Weights of several styles that are blended in one image: a list such as [2, 1], or a map from style, style2 ... to weight. Default: one style',
        ),
    })
    .prefault({})
    .describe('The style loss, which transfers the look'),
  color: z
    .enum(colors)
    .default('style')
    .describe(
      'Whose colors the result has. style: as the losses make them; content: the style image gets the colors of the content first; luminance: only luminance is transferred; palette: the result gets the colors of the style at the end',
    ),
  blend: blendSchema,
  totalVariation: weight
    .optional()
    .describe('Weight of the total variation loss. Default: depends on the network'),
  parametrization: z
    .enum(parametrizationNames)
    .default('pixels')
    .describe(
      'What is optimized. pixels: the image; laplacian: the levels of a Laplacian pyramid, so that coarse changes are as easy as fine ones',
    ),
  optimizer: z
    .enum(optimizerNames)
    .optional()
    .describe('Optimizer of the pixels. Default: depends on the network'),
  learningRate: learningRate.describe('Learning rate. Default: depends on the optimizer'),
  decay: decay
    .optional()
    .describe(
      'How the learning rate falls during a stage: not at all, along a cosine to 0, or by a factor every few steps. Default: `none` for lbfgs and with `average`, else `cosine`',
    ),
  history: z
    .int()
    .min(1)
    .max(100)
    .optional()
    .describe('Number of earlier steps that lbfgs remembers. Default: 7. Others have none'),
  momentum: z
    .number()
    .min(0)
    .max(0.999)
    .optional()
    .describe('Momentum of sgd (default: 0.9) and rmsprop (default: 0). Others have none'),
  average: z
    .number()
    .min(0)
    .max(0.9999)
    .default(0)
    .describe(
      'Returns an exponential moving average of the iterates, with this decay, instead of the last one. 0: the last one. Not for lbfgs',
    ),
  plateau: z
    .number()
    .min(0)
    .max(0.5)
    .default(0)
    .describe('Ends a stage when its loss falls by less than this fraction in 10 steps. 0: never'),
  steps: steps.default(50).describe('Optimization steps at full size'),
  stages: z
    .array(stage)
    .max(8)
    .optional()
    .describe(
      'Coarser stages before the full size; each starts from the result of the previous one. Default: from 64 px up, half of `size` with 1.2 times `steps`; none for the network random',
    ),
};
