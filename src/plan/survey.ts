/** One pass over the items of a plan: its digest, how often each style comes, and what was drawn. @module */

import { isAuto } from '../auto.js';
import { sha256InPieces } from '../files/digest.js';
import type { StyleEntry } from '../inventory/entries.js';
import { isDistribution } from '../job/distribution.js';
import type { DistributedRecipe } from '../job/schema.js';
import type { PlanItem } from './item.js';

export interface StyleCount {
  readonly path: string;
  readonly stylized: number;
}

/** What one parameter of the recipe, named as in a job (`style.strength`), is over all stylized items. */
export type ParameterSummary =
  | { readonly path: string; readonly kind: 'constant'; readonly value: unknown }
  | {
      readonly path: string;
      readonly kind: 'range';
      readonly minimum: number;
      readonly maximum: number;
      readonly mean: number;
    }
  | {
      readonly path: string;
      readonly kind: 'choice';
      readonly counts: readonly { readonly value: unknown; readonly items: number }[];
    };

export interface Survey {
  readonly digest: string;
  readonly styles: readonly StyleCount[];
  readonly parameters: readonly ParameterSummary[];
}

/** Goes through the items once. */
export function surveyItems(
  items: Iterable<PlanItem>,
  styles: readonly StyleEntry[],
  recipe: DistributedRecipe,
): Survey {
  const digest = sha256InPieces();
  const perStyle = new Map<StyleEntry, number>(styles.map((style) => [style, 0]));
  const watched = leaves(recipe, []).map(watch);
  let ids = '';
  for (const item of items) {
    // A file is named by its id. Paths are in no id, for they decide no pixels, but a dataset is about them too.
    ids += `${item.file} ${item.sources.content.path}`;
    if (item.kind === 'stylized') ids += ` ${item.sources.style.path}`;
    ids += '\n';
    // Hashed in blocks: a call for every id would take longer than the hashing.
    if (ids.length >= 1 << 16) {
      digest.update(ids);
      ids = '';
    }
    if (item.kind === 'original') continue;
    const { style } = item.sources;
    perStyle.set(style, (perStyle.get(style) ?? 0) + 1);
    for (const { see } of watched) see?.(item.recipe);
  }
  return {
    digest: digest.update(ids).digest('hex'),
    styles: styles.map((style) => ({ path: style.path, stylized: perStyle.get(style) ?? 0 })),
    parameters: watched.map(({ summary }) => summary()),
  };
}

interface Leaf {
  readonly path: readonly string[];
  readonly value: unknown;
}

interface Watched {
  /** Absent where there is nothing to be seen: the value is the same for all. */
  readonly see?: (recipe: unknown) => void;
  readonly summary: () => ParameterSummary;
}

function leaves(value: unknown, path: readonly string[]): Leaf[] {
  if (value === undefined) return [];
  if (typeof value !== 'object' || value === null || Array.isArray(value) || isDistribution(value))
    return [{ path, value }];
  return Object.entries(value).flatMap(([key, child]) => leaves(child, [...path, key]));
}

function watch({ path: keys, value }: Leaf): Watched {
  const path = keys.join('.');
  // What auto stands for is known only from the items.
  if (!isDistribution(value) && !isAuto(value)) return { summary: () => ({ path, kind: 'constant', value }) };
  return isDistribution(value) && !('choice' in value) ? watchRange(path, keys) : watchChoice(path, keys);
}

function watchRange(path: string, keys: readonly string[]): Watched {
  let minimum = Number.POSITIVE_INFINITY;
  let maximum = Number.NEGATIVE_INFINITY;
  let sum = 0;
  let count = 0;
  return {
    see: (recipe) => {
      const drawn = at(recipe, keys) as number;
      minimum = Math.min(minimum, drawn);
      maximum = Math.max(maximum, drawn);
      sum += drawn;
      count += 1;
    },
    summary: () => ({ path, kind: 'range', minimum, maximum, mean: sum / count }),
  };
}

function watchChoice(path: string, keys: readonly string[]): Watched {
  // The values of a choice are shared by all items, so that a list or a map is found by identity.
  const seen = new Map<unknown, number>();
  return {
    see: (recipe) => {
      const drawn = at(recipe, keys);
      seen.set(drawn, (seen.get(drawn) ?? 0) + 1);
    },
    summary: () => {
      const counts = [...seen]
        .map(([drawn, items]) => ({ value: drawn, items }))
        .sort((a, b) => b.items - a.items);
      const [only, ...others] = counts;
      return only && others.length === 0
        ? { path, kind: 'constant', value: only.value }
        : { path, kind: 'choice', counts };
    },
  };
}

function at(recipe: unknown, keys: readonly string[]): unknown {
  let value = recipe;
  for (const key of keys) value = (value as Record<string, unknown>)[key];
  return value;
}
