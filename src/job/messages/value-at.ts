/** Looks up and removes values by path. @module */
import type { Path } from './zod-walk.js';

/** The value at a path, or undefined. */
export function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (inner, key) =>
      typeof inner === 'object' && inner !== null && Object.hasOwn(inner, key)
        ? (inner as Record<string | number, unknown>)[key]
        : undefined,
    value,
  );
}

/** A copy without the values at the given paths. Removes whole lists, so that no list element changes its index. */
export function withoutPaths(value: unknown, paths: Iterable<Path>): unknown {
  const copy: unknown = structuredClone(value);
  for (const path of paths) {
    const list = path.findIndex((key) => typeof key === 'number');
    const end = (list < 0 ? path.length : list) - 1;
    const parent = valueAt(copy, path.slice(0, end));
    if (typeof parent === 'object' && parent !== null) delete (parent as Record<string, unknown>)[path[end]];
  }
  return copy;
}
