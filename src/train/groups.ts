/** Groups of named values in one record, under names such as `parameters/conv1.weight`. @module */
import type { Named } from '../engine/engine.js';

/** The groups of values of a step. */
export type Group =
  | 'parameters'
  | 'buffers'
  | 'batch'
  | 'factors'
  | 'metrics'
  | 'outputs'
  | `moments.${string}`;

/** Puts a group into one record with others. */
export const grouped = <T>(group: Group, values: Named<T>): Record<string, T> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [`${group}/${name}`, value]));

/** Takes a group out of a record. */
export function groupOf<T>(group: Group, all: Named<T>): Record<string, T> {
  const prefix = `${group}/`;
  return Object.fromEntries(
    Object.entries(all).flatMap(([name, value]) =>
      name.startsWith(prefix) ? [[name.slice(prefix.length), value] as const] : [],
    ),
  );
}

/** Converts every value of a record. */
export const mapped = <T, U>(values: Named<T>, convert: (value: T, name: string) => U): Record<string, U> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, convert(value, name)]));
