/** One pass over the items of a plan: computes its digest, the items per style, and the drawn values. @module */

import { isAuto } from '../auto.js';
import { canonicalJson } from '../files/canonical-json.js';
import { sha256 as hash, sha256InPieces } from '../files/digest.js';
import type { ContentEntry, StyleEntry } from '../inventory/entries.js';
import { isDistribution } from '../job/distribution.js';
import { ownClassifier } from '../job/gate-schema.js';
import type { Job } from '../job/schema.js';
import type { MethodName } from '../methods/index.js';
import { actsIn } from '../methods/recipe.js';
import { type PlanItem, stylesIn } from './item.js';

export interface StyleCount {
  readonly path: string;
  readonly stylized: number;
}

/** The values of one recipe parameter over all stylized items. `path` is its name in a job: `style.strength`. */
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

/** Iterates over the items once. Parameters that nothing uses are not reported. */
export function surveyItems(
  items: Iterable<PlanItem>,
  styles: readonly StyleEntry[],
  { recipe, gate }: Pick<Job, 'recipe' | 'gate'>,
): Survey {
  const digest = sha256InPieces();
  const perStyle = new Map<StyleEntry, number>(styles.map((style) => [style, 0]));
  const watched = leaves(recipe, []).map((leaf) => ({ key: leaf.path[0], ...watch(leaf) }));
  const methods = new Set<MethodName>();
  // A probe looks at features of the network, whatever the method.
  const hasProbe = gate !== undefined && !ownClassifier(gate);
  let content: ContentEntry | undefined;
  let stylized = 0;
  let ids = '';
  for (const item of items) {
    // The file name contains the id. Ids exclude source paths, which don't affect pixels, but the digest includes them:
    // the path of a content image once, before its items.
    if (item.sources.content !== content) {
      ({ content } = item.sources);
      ids += `${content.path}\n`;
    }
    const used = item.kind === 'stylized' ? stylesIn(item.sources) : [];
    ids += ` ${[item.file, ...used.map(({ path }) => path)].join(' ')}\n`;
    // Hash in blocks: one call per id would take longer than the hashing itself.
    if (ids.length >= 1 << 16) {
      digest.update(ids);
      ids = '';
    }
    if (item.kind === 'original') continue;
    stylized += 1;
    for (const style of used) perStyle.set(style, (perStyle.get(style) ?? 0) + 1);
    methods.add(item.recipe.method);
    for (const { see } of watched) see?.(item.recipe);
  }
  return {
    digest: digest.update(ids).digest('hex'),
    styles: styles.map((style) => ({ path: style.path, stylized: perStyle.get(style) ?? 0 })),
    // Without a stylized item nothing is drawn.
    parameters: watched.flatMap(({ key, summary }) =>
      stylized > 0 && ((hasProbe && key === 'network') || actsIn(methods, key)) ? [summary()] : [],
    ),
  };
}

/**
 * Images that have their split keep it, so other shares may give the same items, and so do other annotations: the digest
 * must tell them apart.
 */
export function withRules(digest: string, split: Job['split'], annotations: string | undefined): string {
  if (!split && annotations === undefined) return digest;
  const { csv: _csv, file: _file, copies, ...others } = split ?? {};
  // The usual value stays out: jobs from before there was a choice are the same job.
  const rules = copies === 'allow' ? { ...others, copies } : others;
  return hash([digest, canonicalJson(rules), ...(annotations === undefined ? [] : [annotations])].join(' '));
}

interface Leaf {
  readonly path: readonly string[];
  readonly value: unknown;
}

interface Watched {
  /** Absent if the value is the same for all items. */
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
  // The value of auto is only known from the items.
  if (!isDistribution(value) && !isAuto(value)) return { summary: () => ({ path, kind: 'constant', value }) };
  const watcher =
    isDistribution(value) && !('choice' in value) ? watchRange(path, keys) : watchChoice(path, keys);
  // Some parameters act through others: a resolved recipe has `style.size`, but no `style.scale`. They are shown as written.
  let isFound = false;
  return {
    see: (recipe) => {
      if (at(recipe, keys) === undefined) return;
      isFound = true;
      watcher.see?.(recipe);
    },
    summary: () => (isFound ? watcher.summary() : { path, kind: 'constant', value }),
  };
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
  // All items share the values of a choice, so lists and maps can be counted by identity.
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
  for (const key of keys) value = (value as Record<string, unknown> | undefined)?.[key];
  return value;
}
