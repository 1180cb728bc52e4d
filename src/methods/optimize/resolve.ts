/** From a recipe as drawn to one without gaps. @module */

import type { z } from 'zod';
import { isAuto } from '../../auto.js';
import type { Named } from '../../engine/engine.js';
import { sortedByKey } from '../../files/canonical-json.js';
import { type NetworkName, networks } from '../../stylize/networks/index.js';
import type { Pooling } from '../../stylize/networks/network.js';
import { type OptimizerName, optimizers } from '../../stylize/optimizers/index.js';
import type { MethodRecipe, ResolveFacts } from '../method.js';
import type { optimizeParameters } from './parameters.js';

/** Relative weights that add up to one, by name. */
export type Shares = Named<number>;

/** The recipe as drawn. */
export type DrawnOptimizeRecipe = z.output<z.ZodObject<typeof optimizeParameters>> &
  Omit<MethodRecipe, 'method'> & { readonly method: 'optimize' };

/** Every parameter that decides the pixels. */
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
  readonly stages: DrawnOptimizeRecipe['stages'];
}

/** Fills in what a recipe leaves to its network, its optimizer or its size, and turns weights into shares. */
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
      layers: sharesOf(content.layers ?? defaults.contentLayers),
      weight: content.weight,
    },
    style: {
      loss: sharesOf(style.loss),
      layers: sharesOf(style.layers ?? defaults.styleLayers),
      strength: style.strength,
      size: style.size ?? size,
    },
    totalVariation: drawn.totalVariation ?? defaults.totalVariation,
    optimizer,
    learningRate: drawn.learningRate ?? optimizers[optimizer].defaultLearningRate,
    steps,
    stages,
  };
}

type Weighted = string | readonly string[] | Readonly<Record<string, number | undefined>>;

/** What is the same for all items of a plan is one object: its shares are computed once. */
const known = new WeakMap<object, Shares>();

function sharesOf(weighted: Weighted): Shares {
  if (typeof weighted === 'string') return { [weighted]: 1 };
  let shares = known.get(weighted);
  if (!shares) {
    shares = computeShares(weighted);
    if (Object.isFrozen(weighted)) known.set(weighted, shares);
  }
  return shares;
}

function computeShares(weighted: Exclude<Weighted, string>): Shares {
  const weights: [string, number][] = Array.isArray(weighted)
    ? [...new Set(weighted)].map((name) => [name, 1])
    : Object.entries(weighted as Record<string, number>);
  const sum = weights.reduce((total, [, weight]) => total + weight, 0) || 1;
  const shares = sortedByKey(weights).map(([name, weight]) => [name, weight / sum]);
  return Object.freeze(Object.fromEntries(shares));
}
