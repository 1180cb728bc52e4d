/**
 * Draws the recipe of an item. A job's recipe is compiled once: parts that are the same for all items become one shared,
 * frozen object, and only parts that contain a distribution are created per item.
 * @module
 */
import { type Distribution, isDistribution } from '../job/distribution.js';
import { isWholeNumber, schemaAt } from '../job/messages/zod-walk.js';
import type { DistributedRecipe } from '../job/schema.js';
import type { ResolvedRecipe } from '../methods/index.js';
import type { ResolveFacts } from '../methods/method.js';
import { type Recipe, recipeSchema, resolveDrawn } from '../methods/recipe.js';
import { drawNumber, type Key, uniform } from '../random.js';

/** Draws a value. The same key and replica always give the same value. */
export type Sampler<T> = (key: Key, replica: number) => T;

/** A shared value, or a function that draws one. */
type Source = { readonly constant: unknown } | { readonly draw: Sampler<unknown> };

/** Makes the sampler of resolved recipes. If nothing is drawn, all items share one object. */
export function makeRecipeSampler(recipe: DistributedRecipe, facts: ResolveFacts): Sampler<ResolvedRecipe> {
  const resolve = (drawn: Recipe): ResolvedRecipe => resolveDrawn(drawn, facts);
  const source = compile(recipe, []);
  if ('draw' in source) return (key, replica) => resolve(source.draw(key, replica) as Recipe);
  const resolved = deepFreeze(resolve(source.constant as Recipe));
  return () => resolved;
}

/** Makes the sampler of the recipe fields that apply to an original. */
export function makeOriginalSampler({
  size,
  fit,
}: DistributedRecipe): Sampler<Pick<ResolvedRecipe, 'size' | 'fit'>> {
  return asSampler(compile({ size, fit }, [])) as Sampler<Pick<ResolvedRecipe, 'size' | 'fit'>>;
}

function asSampler(source: Source): Sampler<unknown> {
  return 'draw' in source ? source.draw : () => source.constant;
}

function compile(value: unknown, path: readonly string[]): Source {
  if (isDistribution(value)) return { draw: compileDraw(value, path) };
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return constant(value);
  const entries = Object.entries(value).filter(([, child]) => child !== undefined);
  const children = entries.map(([key, child]): [string, Source] => [key, compile(child, [...path, key])]);
  const drawn = children.flatMap(([key, source]) => ('draw' in source ? [{ key, draw: source.draw }] : []));
  if (drawn.length === 0) return constant(Object.fromEntries(entries));
  // All keys in schema order, with placeholders for drawn values.
  const template = Object.fromEntries(
    children.map(([key, source]) => [key, 'draw' in source ? undefined : source.constant]),
  );
  return {
    draw(key, replica) {
      const result: Record<string, unknown> = { ...template };
      for (const child of drawn) result[child.key] = child.draw(key, replica);
      return result;
    },
  };
}

function constant(value: unknown): { constant: unknown } {
  return { constant: deepFreeze(structuredClone(value)) };
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null)
    for (const child of Object.values(Object.freeze(value))) deepFreeze(child);
  return value;
}

function compileDraw(distribution: Distribution<unknown>, path: readonly string[]): Sampler<unknown> {
  const draw = drawNumber(path.join('.'));
  if ('choice' in distribution) {
    const pick = picker(distribution.choice);
    return (key, replica) => pick(uniform(key, draw, replica));
  }
  const schema = schemaAt(recipeSchema, path);
  const toNumber = numberPicker(distribution, schema !== undefined && isWholeNumber(schema));
  return (key, replica) => toNumber(uniform(key, draw, replica));
}

/** Maps a uniform number in [0, 1) to one of the values. */
function picker(choice: readonly unknown[] | Readonly<Record<string, number>>): (u: number) => unknown {
  if (Array.isArray(choice)) {
    const values = choice.map((value) => constant(value).constant);
    return (u) => values[Math.floor(u * values.length)];
  }
  const entries = Object.entries(choice as Readonly<Record<string, number>>).filter(
    ([, weight]) => weight > 0,
  );
  const total = entries.reduce((sum, [, weight]) => sum + weight, 0);
  return (u) => {
    let left = u * total;
    const index = entries.findIndex(([, weight]) => {
      left -= weight;
      return left < 0;
    });
    // Rounding can leave a tiny remainder: take the last value.
    return entries.at(index)?.[0];
  };
}

/**
 * Maps a uniform number in [0, 1) to a number in a range. Non-integers are rounded to six significant digits: records
 * stay readable, and the last bit of `Math.log`, which differs between platforms, has no effect.
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
