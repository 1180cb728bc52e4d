/** Resolves a drawn recipe: fills in the remaining defaults. @module */

import type { z } from 'zod';
import { isAuto } from '../../../auto.js';
import { maximumSizePx, minimumEdgePx } from '../../../images/fit.js';
import { type NetworkName, networkNames, networks } from '../../../stylize/networks/index.js';
import type { Padding, Pooling } from '../../../stylize/networks/network.js';
import { type OptimizerName, optimizers } from '../../../stylize/optimizers/index.js';
import type { Optimizer } from '../../../stylize/optimizers/optimizer.js';
import type { ParametrizationName } from '../../../stylize/parametrizations/index.js';
import type { Decay } from '../../../stylize/schedule/decay.js';
import { contentLosses, styleLosses } from '../../../stylize/terms/index.js';
import { type Blend, resolveBlend } from '../../blend.js';
import type { MethodRecipe, ResolveFacts } from '../../method.js';
import { strengthOf } from '../objective.js';
import type { Color } from '../pixels/color.js';
import { defaultStages, resolveStages } from '../stages.js';
import { mixOf, oneStyle } from '../styles/mix.js';
import { type LossParameters, lossResolver } from './loss-shares.js';
import type { optimizeParameters } from './parameters.js';
import { computeShares, type Shares, sharesOf, type Weighting } from './shares.js';

export type { LossParameters, Shares };

/** The recipe as drawn, before resolving. */
export type DrawnOptimizeRecipe = z.output<z.ZodObject<typeof optimizeParameters>> &
  Omit<MethodRecipe, 'augment'>;

/** Every parameter that determines the pixels. */
export interface OptimizeRecipe extends MethodRecipe {
  readonly method: 'optimize';
  readonly network: NetworkName;
  readonly pooling: Pooling;
  readonly padding: Padding;
  readonly smoothing: boolean;
  readonly weighting: Weighting;
  readonly init: DrawnOptimizeRecipe['init'];
  readonly content: {
    readonly loss: Shares;
    readonly lossParameters: LossParameters;
    readonly layers: Shares;
    readonly weight: number;
  };
  readonly style: {
    readonly loss: Shares;
    readonly lossParameters: LossParameters;
    readonly layers: Shares;
    readonly strength: number;
    readonly size: number;
    /** The share of each style that is blended. One style has all of it. */
    readonly mix: readonly number[];
  };
  readonly color: Color;
  readonly blend: Blend;
  readonly totalVariation: number;
  readonly parametrization: ParametrizationName;
  readonly optimizer: OptimizerName;
  readonly learningRate: number;
  readonly decay: Decay;
  /** 0 for an optimizer without history; likewise for momentum and average. */
  readonly history: number;
  readonly momentum: number;
  readonly average: number;
  readonly plateau: number;
  readonly steps: number;
  readonly stages: readonly {
    readonly scale: number;
    readonly steps: number;
    readonly learningRate: number;
    /** Factor on the weight of the content. Default 1. */
    readonly contentWeight?: number;
  }[];
}

/** Fills in defaults that depend on the network, the optimizer or the size, and normalizes weights to shares. */
export function resolveOptimize(drawn: DrawnOptimizeRecipe, facts: ResolveFacts): OptimizeRecipe {
  const { size, fit, weighting, init, content, style, steps, stages } = drawn;
  const network = isAuto(drawn.network) ? facts.network : drawn.network;
  const { defaults } = networks[network];
  const losses = resolvers[weighting];
  const optimizer = drawn.optimizer ?? defaults.optimizer;
  const learningRate = drawn.learningRate ?? optimizers[optimizer].defaults.learningRate;
  return {
    method: 'optimize',
    size,
    fit,
    network,
    pooling: drawn.pooling ?? defaults.pooling,
    padding: drawn.padding,
    smoothing: drawn.smoothing ?? defaults.smoothing,
    weighting,
    init,
    content: {
      ...losses.content(content.loss),
      layers: content.layers
        ? sharesOf(content.layers, weighting)
        : defaultLayers[weighting][network].content,
      weight: content.weight,
    },
    style: {
      ...losses.style(style.loss),
      layers: normalized(
        network,
        weighting,
        style.layers ? sharesOf(style.layers, weighting) : defaultLayers[weighting][network].style,
      ),
      strength: style.weight === undefined ? style.strength : strengthOf(style.weight),
      size: styleSize(style.size ?? size, style.scale),
      mix: style.mix ? mixOf(style.mix, weighting) : oneStyle,
    },
    color: drawn.color,
    blend: resolveBlend(drawn.blend),
    totalVariation: drawn.totalVariation ?? defaults.totalVariation,
    parametrization: drawn.parametrization,
    optimizer,
    learningRate,
    ...settingsOf(optimizers[optimizer], drawn),
    steps,
    stages: resolveStages(stages ?? (defaults.coarseStage ? defaultStages(size, steps) : []), learningRate),
  };
}

/** With normalized weighting, the weights divided by the squared channels of their layers, as in Gatys' code. */
function normalized(name: NetworkName, weighting: Weighting, layers: Shares): Shares {
  if (weighting !== 'normalized') return layers;
  const network = networks[name];
  return Object.fromEntries(
    Object.entries(layers).map(([layer, weight]) => {
      // The message about an unknown layer comes from elsewhere.
      const isKnown = (network.layers as readonly string[]).includes(layer);
      const channels = isKnown ? network.shapeAt(layer, smallestImage)[3] : channelsOfPixels;
      return [layer, weight / channels ** 2];
    }),
  );
}
const channelsOfPixels = 3;
const smallestImage = [1, minimumEdgePx, minimumEdgePx, channelsOfPixels];

/** The settings of an optimizer. Those that it does not have are 0, whatever was drawn. */
function settingsOf({ defaults }: Optimizer, drawn: DrawnOptimizeRecipe) {
  const average = defaults.average === undefined ? 0 : drawn.average;
  return {
    decay: drawn.decay ?? (average > 0 ? 'none' : defaults.decay),
    history: defaults.history === undefined ? 0 : (drawn.history ?? defaults.history),
    momentum: defaults.momentum === undefined ? 0 : (drawn.momentum ?? defaults.momentum),
    average,
    plateau: drawn.plateau,
  };
}

const lossesOf = (weighting: Weighting) => ({
  content: lossResolver(contentLosses, weighting),
  style: lossResolver(styleLosses, weighting),
});
const resolvers = {
  relative: lossesOf('relative'),
  absolute: lossesOf('absolute'),
  normalized: lossesOf('normalized'),
};

/** A style image has at least the smallest edge that a network takes, and at most the largest size of a recipe. */
function styleSize(sizePx: number, scale: number): number {
  return Math.min(maximumSizePx, Math.max(minimumEdgePx, Math.round(sizePx * scale)));
}

const layersOf = (weighting: Weighting) =>
  Object.fromEntries(
    networkNames.map((name) => {
      const { contentLayers, styleLayers } = networks[name].defaults;
      const content = computeShares(contentLayers, weighting);
      return [name, { content, style: computeShares(styleLayers, weighting) }];
    }),
  ) as Readonly<Record<NetworkName, { readonly content: Shares; readonly style: Shares }>>;
const defaultLayers = {
  relative: layersOf('relative'),
  absolute: layersOf('absolute'),
  normalized: layersOf('normalized'),
};
