/** Values inside of values, by path. @module */
import type { Path } from './zod-walk.js';

/** What a path leads to; undefined where there is nothing. */
export function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (inner, key) =>
      typeof inner === 'object' && inner !== null && Object.hasOwn(inner, key)
        ? (inner as Record<string | number, unknown>)[key]
        : undefined,
    value,
  );
}

/** A copy without what the paths lead to; a list goes as a whole, so that its elements do not change their places. */
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
