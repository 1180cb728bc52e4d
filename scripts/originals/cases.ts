/** The presets that have a published objective. @module */
import { presets } from '../../src/methods/optimize/recipe/presets.js';
import type { RecipeInput } from '../../src/methods/recipe.js';
import { caffeUnit } from '../../src/stylize/networks/units.js';
import type { ObjectiveName } from './python.js';

export interface Original {
  readonly preset: 'gatys2015' | 'neural-style' | 'crowsonkb' | 'strotss';
  readonly objective: ObjectiveName;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly padding: 'zeros' | 'first';
  /** What differs from the preset, for lack of weights, or of a term in the original's formula. */
  readonly recipe: RecipeInput;
  /** The optimizer of the original. */
  readonly run?: { readonly optimizer: 'lbfgs' | 'adam'; readonly learningRate?: number };
}

const channels = { relu1_1: 64, relu2_1: 128, relu3_1: 256, relu4_1: 512, relu5_1: 512 };
const perSquare = (weight: number) =>
  Object.fromEntries(Object.entries(channels).map(([layer, count]) => [layer, weight / count ** 2]));

export const originals: readonly Original[] = [
  {
    preset: 'gatys2015',
    objective: 'gatys',
    settings: { content: 1, style: perSquare(1e3 * caffeUnit ** 2) },
    padding: 'zeros',
    recipe: {},
    run: { optimizer: 'lbfgs' },
  },
  {
    preset: 'neural-style',
    objective: 'gatys',
    // Its Gram matrices are divided by the channels, too.
    settings: { content: 5, style: perSquare(100 * caffeUnit ** 2) },
    padding: 'zeros',
    recipe: {},
    run: { optimizer: 'lbfgs' },
  },
  {
    preset: 'crowsonkb',
    objective: 'wasserstein',
    settings: {
      content: 0.015,
      style: { relu1_1: 256 / 341, relu2_1: 64 / 341, relu3_1: 16 / 341, relu4_1: 4 / 341, relu5_1: 1 / 341 },
      // As here. The original has 1e-4.
      ridge: 0,
    },
    padding: 'first',
    recipe: { totalVariation: 0 },
    run: { optimizer: 'adam', learningRate: 0.02 },
  },
  {
    preset: 'strotss',
    objective: 'strotss',
    settings: { layers: [...presets.strotss.recipe.content.layers], alpha: 2 },
    padding: 'zeros',
    // Every place of the image, so that none is drawn; the moments as the code has them today; VGG-19 has layers of the same names.
    recipe: {
      network: 'vgg19',
      content: { loss: { selfSimilarity: { columns: 'plain', places: 4096 } } },
      style: {
        loss: { relaxedEmd: { columns: 'plain', places: 4096, moments: 1, palette: 0.5 } },
        weight: 2.5 / 4,
      },
    },
  },
];
