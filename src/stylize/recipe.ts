/**
 * The recipe: every parameter of one optimization, as plain values. A job may give a distribution for any of them
 * (see `job/schema.ts`); what a plan holds and a record shows is always this resolved form.
 * @module
 */
import { z } from 'zod';
import { contentLossNames, styleLossNames } from './losses/index.js';
import { networkNames } from './networks/index.js';
import { optimizerNames } from './optimizers/index.js';

const weight = z.number().min(0).max(1e6);

/** In a job, a weight may also be a distribution: it is not zero. */
function hasWeight(weights: object): boolean {
  return Object.values(weights).some((value) => value !== 0);
}

/** Layers as a list (equal weights) or as a map from layer to weight. */
const layers = z.union([
  z.array(z.string().min(1)).min(1).max(64),
  z.record(z.string().min(1), weight).refine(hasWeight, 'give at least one layer a weight above 0'),
]);

const initialImage = z.union([
  z.enum(['content', 'style', 'noise']),
  z
    .strictObject({
      content: weight.default(0).describe('Share of the content image'),
      style: weight.default(0).describe('Share of the style image, cropped to the shape of the content'),
      noise: weight.default(0).describe('Share of noise around mid-gray'),
    })
    .refine(hasWeight, 'give at least one share above 0'),
]);

/** The schema of a resolved recipe, with the defaults of the project. */
export const recipeSchema = z
  .strictObject({
    network: z
      .enum(['auto', ...networkNames])
      .default('auto')
      .describe('Feature network; auto is vgg19 where its weights are found, else random'),
    pooling: z
      .enum(['max', 'average'])
      .optional()
      .describe("Pooling between the blocks of the network; default: the network's own"),
    size: z.int().min(32).max(4096).default(256).describe('Long edge of the result in pixels'),
    fit: z
      .enum(['keep', 'crop', 'stretch'])
      .default('keep')
      .describe('keep: aspect ratio kept; crop: centered square; stretch: square, distorted'),
    init: initialImage
      .default('content')
      .describe('Where the optimization starts: an image, or a mix by weight'),
    content: z
      .strictObject({
        loss: z.enum(contentLossNames).default('features').describe('How features are compared'),
        layers: layers.optional().describe("Content layers; default: the network's own"),
        weight: weight.default(1).describe('Weight of the content term'),
      })
      .prefault({})
      .describe('The term that keeps the shapes'),
    style: z
      .strictObject({
        loss: z
          .enum(styleLossNames)
          .default('gram')
          .describe('Which statistics of the features are compared'),
        layers: layers.optional().describe("Style layers; default: the network's own"),
        strength: weight
          .default(10)
          .describe('Style over content: 1 shifts colors, 10 is a clear painting, 100 dissolves'),
        size: z
          .int()
          .min(32)
          .max(4096)
          .optional()
          .describe('Long edge of the style image in pixels; default: size'),
      })
      .prefault({})
      .describe('The term that brings the look'),
    totalVariation: weight
      .optional()
      .describe("Weight of the total variation term; default: the network's own"),
    optimizer: z
      .enum(optimizerNames)
      .optional()
      .describe("What moves the pixels; default: the network's own"),
    learningRate: z
      .number()
      .positive()
      .max(10)
      .optional()
      .describe("Step size; default: the optimizer's own"),
    steps: z.int().min(1).max(10000).default(150).describe('Optimization steps'),
  })
  .refine(
    ({ content, style, totalVariation }) => hasWeight([content.weight, style.strength, totalVariation]),
    {
      path: ['style', 'strength'],
      error: 'content.weight, style.strength and totalVariation are all 0: there is nothing to optimize',
    },
  );

/** A resolved recipe: values only. */
export type Recipe = z.output<typeof recipeSchema>;

/** What a caller may write: everything is optional. */
export type RecipeInput = z.input<typeof recipeSchema>;
