/** What a recipe means for a network: everything about an optimization that is compiled rather than passed in. @module */

import { WildstyleError } from '../errors.js';
import { type ContentLossName, contentLosses, type StyleLossName, styleLosses } from './losses/index.js';
import type { FeatureLoss } from './losses/loss.js';
import { type NetworkName, networks } from './networks/index.js';
import type { Network, Pooling } from './networks/network.js';
import { unknownLayer } from './networks/vgg.js';
import { optimizers } from './optimizers/index.js';
import type { Optimizer } from './optimizers/optimizer.js';
import type { Recipe } from './recipe.js';

/** One side of the objective: a loss at some layers of the network. */
export interface Term {
  readonly loss: FeatureLoss;
  readonly layers: readonly string[];
}

/** The part of a recipe that decides the computation's graph. */
export interface Spec {
  readonly network: Network;
  readonly networkName: NetworkName;
  readonly pooling: Pooling;
  readonly content: Term;
  readonly style: Term;
  readonly optimizer: Optimizer;
  /** Equal for equal step functions. */
  readonly key: string;
  /** Equal for equal target functions. */
  readonly targetKeys: { readonly content: string; readonly style: string };
}

/** The part of a recipe that is passed in, per item. */
export interface Parameters {
  /** Weight of each content layer: content weight times the layer's share. */
  readonly content: Readonly<Record<string, number>>;
  /** Weight of each style layer: strength times the layer's share. */
  readonly style: Readonly<Record<string, number>>;
  readonly totalVariation: number;
  readonly learningRate: number;
}

type Layers = Recipe['content']['layers'];

/**
 * The compiled side of a recipe.
 * @throws `layer-unknown` when a layer is not the network's
 */
export function specOf(recipe: Recipe): Spec {
  const networkName = concreteNetwork(recipe);
  const network = networks[networkName];
  const { defaults } = network;
  const content = layerNames(recipe.content.layers, defaults.contentLayers, network);
  const style = layerNames(recipe.style.layers, defaults.styleLayers, network);
  const contentLoss: ContentLossName = recipe.content.loss;
  const styleLoss: StyleLossName = recipe.style.loss;
  const { pooling = defaults.pooling, optimizer = defaults.optimizer } = recipe;
  return {
    network,
    networkName,
    pooling,
    content: { loss: contentLosses[contentLoss], layers: content },
    style: { loss: styleLosses[styleLoss], layers: style },
    optimizer: optimizers[optimizer],
    key: [networkName, pooling, contentLoss, content, styleLoss, style, optimizer].join(';'),
    targetKeys: {
      content: [networkName, pooling, contentLoss, content].join(';'),
      style: [networkName, pooling, styleLoss, style].join(';'),
    },
  };
}

/** The recipe with nothing left out: what its network and its optimizer decide, and layers with their shares. */
export function resolvedRecipe(recipe: Recipe): Recipe {
  const { content, style } = recipe;
  const { defaults } = networks[concreteNetwork(recipe)];
  const { pooling = defaults.pooling, optimizer = defaults.optimizer } = recipe;
  const { totalVariation, learningRate } = parametersOf(recipe);
  return {
    ...recipe,
    pooling,
    content: { ...content, layers: layerWeights(content.layers, defaults.contentLayers, 1) },
    style: {
      ...style,
      layers: layerWeights(style.layers, defaults.styleLayers, 1),
      size: style.size ?? recipe.size,
    },
    totalVariation,
    optimizer,
    learningRate,
  };
}

/** The per-item side of a recipe. */
export function parametersOf(recipe: Recipe): Parameters {
  const { defaults } = networks[concreteNetwork(recipe)];
  const { totalVariation = defaults.totalVariation, optimizer = defaults.optimizer } = recipe;
  return {
    content: layerWeights(recipe.content.layers, defaults.contentLayers, recipe.content.weight),
    style: layerWeights(recipe.style.layers, defaults.styleLayers, recipe.style.strength),
    totalVariation,
    learningRate: recipe.learningRate ?? optimizers[optimizer].defaultLearningRate,
  };
}

function concreteNetwork(recipe: Recipe): NetworkName {
  if (recipe.network === 'auto')
    throw new WildstyleError(
      'internal',
      'The network is still auto: it must be resolved before a recipe is compiled.',
    );
  return recipe.network;
}

function layerNames(layers: Layers, defaults: readonly string[], network: Network): string[] {
  const names = !layers ? defaults : Array.isArray(layers) ? layers : Object.keys(layers);
  for (const name of names) if (!network.layers.includes(name)) throw unknownLayer(name, network.layers);
  return [...new Set(names)].sort();
}

/** Shares add up to one, so that naming more layers does not make a term stronger. */
function layerWeights(layers: Layers, defaults: readonly string[], total: number): Record<string, number> {
  const weights =
    layers && !Array.isArray(layers)
      ? layers
      : Object.fromEntries((layers ?? defaults).map((name) => [name, 1]));
  const sum = Object.values(weights).reduce((a, b) => a + b, 0) || 1;
  return Object.fromEntries(Object.entries(weights).map(([name, weight]) => [name, (total * weight) / sum]));
}
