/** Resolves a drawn recipe: fills in the remaining defaults. @module */

import type { z } from 'zod';
import { isAuto } from '../../auto.js';
import type { Named } from '../../engine/engine.js';
import { sortedByKey } from '../../files/canonical-json.js';
import { type NetworkName, networks } from '../../stylize/networks/index.js';
import type { Pooling } from '../../stylize/networks/network.js';
import { type OptimizerName, optimizers } from '../../stylize/optimizers/index.js';
import type { MethodRecipe, ResolveFacts } from '../method.js';
import type { optimizeParameters } from './parameters.js';

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
  readonly stages: DrawnOptimizeRecipe['stages'];
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
    content: contentOf(content, defaults.contentLayers),
    style: {
      loss: sharesOf(style.loss),
      layers: style.layers ? sharesOf(style.layers) : sharedShares(defaults.styleLayers),
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

type Content = DrawnOptimizeRecipe['content'];

/** Resolved `content` objects, shared by all items of a plan, for each list of default layers. */
const contents = new WeakMap<Content, Map<readonly string[], OptimizeRecipe['content']>>();

function contentOf(content: Content, defaultLayers: readonly string[]): OptimizeRecipe['content'] {
  const known = contents.get(content)?.get(defaultLayers);
  if (known) return known;
  const { loss, layers, weight } = content;
  const resolved = Object.freeze({
    loss: sharesOf(loss),
    layers: layers ? sharesOf(layers) : sharedShares(defaultLayers),
    weight,
  });
  if (Object.isFrozen(content)) {
    const ofContent = contents.get(content) ?? new Map();
    contents.set(content, ofContent.set(defaultLayers, resolved));
  }
  return resolved;
}

type Weighted = string | readonly string[] | Readonly<Record<string, number | undefined>>;

/** Shares that many recipes have in common: computed once and stored as one object. */
const known = new Map<unknown, Shares>();
const mostKnown = 1000;

function sharedShares(weighted: Weighted): Shares {
  let shares = known.get(weighted);
  if (!shares) {
    shares = computeShares(weighted);
    if (known.size >= mostKnown) known.clear();
    known.set(weighted, shares);
  }
  return shares;
}

/** Frozen values are those that all recipes of a plan share, because nothing in them is drawn. */
function sharesOf(weighted: Weighted): Shares {
  return Object.isFrozen(weighted) ? sharedShares(weighted) : computeShares(weighted);
}

function computeShares(weighted: Weighted): Shares {
  const names = typeof weighted === 'string' ? [weighted] : weighted;
  const weights: [string, number][] = Array.isArray(names)
    ? [...new Set<string>(names)].map((name) => [name, 1])
    : Object.entries(names as Record<string, number>);
  const sum = weights.reduce((total, [, weight]) => total + weight, 0) || 1;
  const shares = sortedByKey(weights).map(([name, weight]) => [name, weight / sum]);
  return Object.freeze(Object.fromEntries(shares));
}
