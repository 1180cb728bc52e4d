/** Locates keys and values in a YAML document. @module */
import { type Document, isAlias, isMap, isPair, isScalar, isSeq, type Node, type Pair, visit } from 'yaml';
import type { JobProblem, Span } from '../messages/job-problem.js';
import type { Path } from '../messages/zod-walk.js';

/**
 * Locates the key or value at a path. If a key on the path is missing, returns the key of its nearest parent, or the
 * start of the document at the top level.
 */
export function locate(document: Document, path: Path, at: JobProblem['at']): Span {
  let node: unknown = document.contents;
  let place: { key: unknown; value: unknown } = { key: undefined, value: node };
  for (const [depth, segment] of path.entries()) {
    // Values below an alias are located at the anchor.
    if (isAlias(node)) node = node.resolve(document);
    const next = step(node, segment);
    if (!next) return spanOf(place.key) ?? (depth === 0 ? firstLine : spanOf(place.value)) ?? firstLine;
    place = next;
    node = next.value;
  }
  const preferred = at === 'key' ? [place.key, place.value] : [place.value, place.key];
  return spanOf(preferred[0]) ?? spanOf(preferred[1]) ?? firstLine;
}

const firstLine: Span = { start: 0, end: 1 };

function step(node: unknown, segment: string | number): { key: unknown; value: unknown } | undefined {
  if (isMap(node)) {
    const pair = node.items.findLast((item) => keyText(item) === String(segment));
    return pair && { key: pair.key, value: pair.value };
  }
  if (isSeq(node)) {
    const item = node.items[Number(segment)];
    return item === undefined ? undefined : { key: undefined, value: item };
  }
  return undefined;
}

function keyText(pair: Pair): string | undefined {
  return isScalar(pair.key) ? String(pair.key.value) : undefined;
}

/** Undefined for nodes without text, such as the value of a bare `key:`. */
function spanOf(node: unknown): Span | undefined {
  const range = (node as Node | null | undefined)?.range;
  return range && range[1] > range[0] ? { start: range[0], end: range[1] } : undefined;
}

/** A repeated key in a map. */
export interface DuplicateKey {
  readonly key: string;
  readonly span: Span;
  readonly first: Span;
}

/** Finds every repeated key in linear time. */
export function duplicateKeys(document: Document): DuplicateKey[] {
  const duplicates: DuplicateKey[] = [];
  visit(document, {
    Map(_, map) {
      const seen = new Map<string, Span>();
      for (const pair of map.items) {
        const key = isPair(pair) ? keyText(pair) : undefined;
        const span = spanOf(pair.key) ?? firstLine;
        if (key === undefined) continue;
        const first = seen.get(key);
        if (first) duplicates.push({ key, span, first });
        else seen.set(key, span);
      }
    },
  });
  return duplicates;
}

/** An alias: `*name`. */
export interface AliasPlace {
  readonly name: string;
  readonly span: Span;
  /** Whether no anchor of that name precedes it. */
  readonly isDangling: boolean;
}

/** Finds every alias, in text order. */
export function aliases(document: Document): AliasPlace[] {
  const found: AliasPlace[] = [];
  visit(document, {
    Alias(_, alias) {
      const isDangling = alias.resolve(document) === undefined;
      found.push({ name: alias.source, span: spanOf(alias) ?? firstLine, isDangling });
    },
  });
  return found;
}
