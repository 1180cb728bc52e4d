/** A recipe as text: what ids are hashed from. @module */
import type { OptimizeRecipe } from './resolve.js';

/** JSON of objects that many recipes share; a memo, so that a plan of a million items does not write it a million times. */
const written = new WeakMap<object, string>();

function json(shared: object): string {
  let text = written.get(shared);
  if (text === undefined) {
    text = JSON.stringify(shared);
    written.set(shared, text);
  }
  return text;
}

/** Losses without parameters have the same text as before there were any, so that their items keep their ids. */
function losses({ loss, lossParameters }: Pick<OptimizeRecipe['style'], 'loss' | 'lossParameters'>): string {
  const parameters = json(lossParameters);
  return parameters === '{}' ? json(loss) : `${json(loss)} ${parameters}`;
}

/** One style has the same text as before there could be several. */
function mixed({ mix }: OptimizeRecipe['style']): string {
  const text = json(mix);
  return text === '[1]' ? '' : ` ${text}`;
}

/**
 * The resolved recipe as text: every parameter, in a fixed order. Equal for equal recipes only; a test changes each
 * parameter. `JSON.stringify` would take a sixth of the time of planning.
 */
export function fingerprint(recipe: OptimizeRecipe): string {
  const { method, size, fit, network, pooling, weighting, init, content, style } = recipe;
  const { totalVariation, optimizer, learningRate, decay, history, momentum, average, plateau } = recipe;
  const start = typeof init === 'string' ? init : json(init);
  const ofContent = `${losses(content)} ${json(content.layers)} ${content.weight}`;
  const ofStyle = `${losses(style)} ${json(style.layers)} ${style.strength} ${style.size}${mixed(style)}`;
  const blend = typeof recipe.blend === 'number' ? recipe.blend : json(recipe.blend);
  const falling = typeof decay === 'string' ? decay : json(decay);
  const { parametrization } = recipe;
  const variables = parametrization === 'pixels' ? '' : `${parametrization} `;
  const ofOptimizer = `${variables}${optimizer} ${learningRate} ${falling} ${history} ${momentum} ${average} ${plateau}`;
  const padded = recipe.padding === 'replicate' ? '' : ` ${recipe.padding}`;
  const features = `${network} ${pooling}${padded}${recipe.smoothing ? ' smoothed' : ''}`;
  return `${method} ${size} ${fit} ${features} ${weighting} ${start} ${ofContent} ${ofStyle} ${recipe.color} ${blend} ${totalVariation} ${ofOptimizer} ${recipe.steps} ${json(recipe.stages)}`;
}
