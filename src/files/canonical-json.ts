/** Canonical JSON: equal values have equal text. @module */

/** Serializes plain data as canonical JSON: keys sorted, no whitespace, undefined properties omitted. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const entries = Object.entries(value).filter(([, child]) => child !== undefined);
  return `{${sortedByKey(entries)
    .map(([key, child]) => `${JSON.stringify(key)}:${canonicalJson(child)}`)
    .join(',')}}`;
}

/** Sorts entries by key, in UTF-16 code unit order. */
export function sortedByKey<T>(entries: readonly [string, T][]): [string, T][] {
  return [...entries].sort(([a], [b]) => (a < b ? -1 : 1));
}
