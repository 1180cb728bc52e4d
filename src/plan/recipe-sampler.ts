/**
 * Draws the recipe of an item. A job's recipe is compiled once: what is the same for all items is one shared, frozen
 * object with its JSON; only what lies above a distribution is made anew for each item.
 * @module
 */

import { canonicalJson, sortedByKey } from '../files/canonical-json.js';
import { type Distribution, isDistribution } from '../job/distribution.js';
import type { DistributedRecipe } from '../job/schema.js';
import { isWholeNumber, schemaAt } from '../job/zod-walk.js';
import { drawNumber, type Key, uniform } from '../random.js';
import { type Recipe, recipeSchema } from '../stylize/recipe.js';

/** A value with its canonical JSON: keys in code unit order, no white space. */
export interface Sampled<T> {
  readonly value: T;
  readonly json: string;
}

/** Draws recipes; the same key and replica always give the same. */
export type Sampler<T> = (key: Key, replica: number) => Sampled<T>;

type Source = Sampled<unknown> | Sampler<unknown>;

/** The sampler of whole recipes; `network` is what `auto` stands for. */
export function makeRecipeSampler(recipe: DistributedRecipe, network: Recipe['network']): Sampler<Recipe> {
  return asSampler(compile(withoutAuto(recipe, network), [])) as Sampler<Recipe>;
}

/** The sampler of what concerns a content image that is carried over. */
export function makeOriginalSampler({ size, fit }: DistributedRecipe): Sampler<Pick<Recipe, 'size' | 'fit'>> {
  return asSampler(compile({ size, fit }, [])) as Sampler<Pick<Recipe, 'size' | 'fit'>>;
}

/** The recipe with the network's name where it says `auto`. */
function withoutAuto(recipe: DistributedRecipe, name: Recipe['network']): DistributedRecipe {
  const resolve = (network: Recipe['network']) => (network === 'auto' ? name : network);
  const { network } = recipe;
  if (!isDistribution(network)) return { ...recipe, network: resolve(network) };
  if (!('choice' in network)) return recipe;
  const { choice } = network;
  if (Array.isArray(choice)) return { ...recipe, network: { choice: choice.map(resolve) } };
  const weights: Record<string, number> = {};
  for (const [key, weight] of Object.entries(choice as Readonly<Record<string, number>>)) {
    const resolved = resolve(key as Recipe['network']);
    weights[resolved] = (weights[resolved] ?? 0) + weight;
  }
  return { ...recipe, network: { choice: weights } };
}

function asSampler(source: Source): Sampler<unknown> {
  return typeof source === 'function' ? source : () => source;
}

function compile(value: unknown, path: readonly string[]): Source {
  if (isDistribution(value)) return compileDraw(value, path);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return constant(value);
  const entries = Object.entries(value).filter(([, child]) => child !== undefined);
  const children = entries.map(([key, child]): [string, Source] => [key, compile(child, [...path, key])]);
  if (children.every(([, source]) => typeof source !== 'function')) return constant(value);
  return group(children);
}

function constant(value: unknown): Sampled<unknown> {
  return { value: deepFreeze(structuredClone(value)), json: canonicalJson(value) };
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null)
    for (const child of Object.values(Object.freeze(value))) deepFreeze(child);
  return value;
}

function group(children: readonly [string, Source][]): Sampler<unknown> {
  const inOrder = sortedByKey([...children]).map(([key, source], index) => ({
    key,
    source,
    prefix: `${index === 0 ? '{' : ','}${JSON.stringify(key)}:`,
  }));
  // A recipe shows its parameters in the order of the schema, whatever order its JSON is hashed in.
  const template = Object.fromEntries(
    children.map(([key, source]) => [key, typeof source === 'function' ? undefined : source.value]),
  );
  return (key, replica) => {
    const value: Record<string, unknown> = { ...template };
    let json = '';
    for (const child of inOrder) {
      if (typeof child.source === 'function') {
        const sampled = child.source(key, replica);
        value[child.key] = sampled.value;
        json += child.prefix + sampled.json;
      } else {
        json += child.prefix + child.source.json;
      }
    }
    return { value, json: `${json}}` };
  };
}

function compileDraw(distribution: Distribution<unknown>, path: readonly string[]): Sampler<unknown> {
  const draw = drawNumber(path.join('.'));
  if ('choice' in distribution) {
    const pick = picker(distribution.choice);
    return (key, replica) => pick(uniform(key, draw, replica));
  }
  const schema = schemaAt(recipeSchema, path);
  const toNumber = numberPicker(distribution, schema !== undefined && isWholeNumber(schema));
  return (key, replica) => {
    const value = toNumber(uniform(key, draw, replica));
    return { value, json: String(value) };
  };
}

/** From a uniform number in [0, 1) to one of the values. */
function picker(
  choice: readonly unknown[] | Readonly<Record<string, number>>,
): (u: number) => Sampled<unknown> {
  if (Array.isArray(choice)) {
    const values = choice.map(constant);
    return (u) => values[Math.floor(u * values.length)];
  }
  const entries = Object.entries(choice as Readonly<Record<string, number>>).filter(
    ([, weight]) => weight > 0,
  );
  const total = entries.reduce((sum, [, weight]) => sum + weight, 0);
  const values = entries.map(([name]) => constant(name));
  return (u) => {
    let left = u * total;
    const index = entries.findIndex(([, weight]) => {
      left -= weight;
      return left < 0;
    });
    // Rounding may leave a hair above the last weight.
    return values.at(index) as Sampled<unknown>;
  };
}

/**
 * From a uniform number in [0, 1) to a number between two ends. Numbers that are not whole have six significant digits:
 * records stay readable, and the last bit of `Math.log` decides nothing.
 */
function numberPicker(
  distribution:
    | { readonly uniform: readonly [number, number] }
    | { readonly logUniform: readonly [number, number] },
  whole: boolean,
): (u: number) => number {
  const logarithmic = 'logUniform' in distribution;
  const [low, high] = logarithmic ? distribution.logUniform : distribution.uniform;
  const end = whole ? high + 1 : high;
  const ratio = Math.log(end / low);
  const raw = logarithmic ? (u: number) => low * Math.exp(u * ratio) : (u: number) => low + u * (end - low);
  const round = whole ? Math.floor : (value: number) => Number(value.toPrecision(6));
  return (u) => Math.min(high, Math.max(low, round(raw(u))));
}
