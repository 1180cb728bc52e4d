/** Resolves a drawn recipe: fills in the remaining defaults. @module */

import type { z } from 'zod';
import { isAuto } from '../../auto.js';
import type { Named } from '../../engine/engine.js';
import { sortedByKey } from '../../files/canonical-json.js';
import { type NetworkName, networkNames, networks } from '../../stylize/networks/index.js';
import type { Pooling } from '../../stylize/networks/network.js';
import { type OptimizerName, optimizers } from '../../stylize/optimizers/index.js';
import { contentLossNames, type StyleLossName, styleLossNames } from '../../stylize/terms/index.js';
import type { MethodRecipe, ResolveFacts } from '../method.js';
import type { optimizeParameters } from './parameters.js';
import { defaultStages } from './stages.js';

/** Relative weights by name. They sum to one. */
export type Shares = Named<number>;

/** The recipe as drawn, before resolving. */
export type DrawnOptimizeRecipe = z.output<z.ZodObject<typeof optimizeParameters>> &
  Omit<MethodRecipe, 'method'> & { readonly method: 'optimize' };

/** Every parameter that determines the pixels. */
export interface OptimizeRecipe extends MethodRecipe {
  readonly method: 'optimize';
  readonly network: NetworkName;
  readonly pooling: Pooling;
  readonly init: DrawnOptimizeRecipe['init'];
  readonly content: { readonly loss: Shares; readonly layers: Shares; readonly weight: number };
  readonly style: {
    readonly loss: Shares;
    readonly layers: Shares;
    readonly strength: number;
    readonly size: number;
  };
  readonly totalVariation: number;
  readonly optimizer: OptimizerName;
  readonly learningRate: number;
  readonly steps: number;
  readonly stages: NonNullable<DrawnOptimizeRecipe['stages']>;
}

/** Fills in defaults that depend on the network, the optimizer or the size, and normalizes weights to shares. */
export function resolveOptimize(drawn: DrawnOptimizeRecipe, facts: ResolveFacts): OptimizeRecipe {
  const { method, size, fit, init, content, style, steps, stages } = drawn;
  const network = isAuto(drawn.network) ? facts.network : drawn.network;
  const { defaults } = networks[network];
  const optimizer = drawn.optimizer ?? defaults.optimizer;
  return {
    method,
    size,
    fit,
    network,
    pooling: drawn.pooling ?? defaults.pooling,
    init,
    content: {
      loss: sharesOf(content.loss),
      layers: content.layers ? sharesOf(content.layers) : defaultLayers[network].content,
      weight: content.weight,
    },
    style: {
      loss: sharesOf(style.loss),
      layers: style.layers ? sharesOf(style.layers) : defaultLayers[network].style,
      strength: style.strength,
      size: style.size ?? size,
    },
    totalVariation: drawn.totalVariation ?? defaults.totalVariation,
    optimizer,
    learningRate: drawn.learningRate ?? optimizers[optimizer].defaultLearningRate,
    steps,
    stages: stages ?? (defaults.coarseStage ? defaultStages(size, steps) : []),
  };
}

type Weighted = string | readonly string[] | Readonly<Record<string, number | undefined>>;

/** The shares of a single name, and those of the default layers of each network. */
const singles = new Map(
  [...contentLossNames, ...styleLossNames].map((name) => [name, computeShares([name])]),
);
const defaultLayers = Object.fromEntries(
  networkNames.map((name) => {
    const { contentLayers, styleLayers } = networks[name].defaults;
    return [name, { content: computeShares(contentLayers), style: computeShares(styleLayers) }];
  }),
) as Readonly<Record<NetworkName, { readonly content: Shares; readonly style: Shares }>>;

/** Shares of lists and maps that the items of a plan have in common: a memo of values that cannot change. */
const knownShares = new WeakMap<object, Shares>();

function sharesOf(weighted: Weighted): Shares {
  if (typeof weighted === 'string')
    return singles.get(weighted as StyleLossName) ?? computeShares([weighted]);
  const known = knownShares.get(weighted);
  if (known) return known;
  const shares = computeShares(weighted);
  if (Object.isFrozen(weighted)) knownShares.set(weighted, shares);
  return shares;
}

function computeShares(weighted: Exclude<Weighted, string>): Shares {
  const weights: [string, number][] = Array.isArray(weighted)
    ? [...new Set<string>(weighted)].map((name) => [name, 1])
    : Object.entries(weighted as Record<string, number>);
  const sum = weights.reduce((total, [, weight]) => total + weight, 0) || 1;
  const shares = sortedByKey(weights).map(([name, weight]) => [name, weight / sum]);
  return Object.freeze(Object.fromEntries(shares));
}
