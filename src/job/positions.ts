/** Where in a YAML document a key or a value stands. @module */
import { type Document, isAlias, isMap, isPair, isScalar, isSeq, type Node, type Pair, visit } from 'yaml';
import type { JobProblem, Span } from './job-problem.js';
import type { Path } from './zod-walk.js';

/**
 * The place of a path's key or value. Where the path leads to nothing, because a key is missing, the key of the
 * nearest parent; for the top of the document, its beginning.
 */
export function locate(document: Document, path: Path, at: JobProblem['at']): Span {
  let node: unknown = document.contents;
  let place: { key: unknown; value: unknown } = { key: undefined, value: node };
  for (const [depth, segment] of path.entries()) {
    // Below an alias, the place is where the anchor's content is written.
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

/** Undefined for what takes no room in the text, such as the value of `key:` alone. */
function spanOf(node: unknown): Span | undefined {
  const range = (node as Node | null | undefined)?.range;
  return range && range[1] > range[0] ? { start: range[0], end: range[1] } : undefined;
}

/** A key that its map had already. */
export interface DuplicateKey {
  readonly key: string;
  readonly span: Span;
  readonly first: Span;
}

/** Every key that is given more than once, in linear time. */
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

/** An alias, as `*name`. */
export interface AliasPlace {
  readonly name: string;
  readonly span: Span;
  /** Whether no anchor of its name comes before it. */
  readonly isDangling: boolean;
}

/** Every alias, in the order of the text. */
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
