/** Images in groups by a parameter, and what was measured of each group. Pure arithmetic. @module */
import type { ParameterValue } from '../rows.js';
import { quantileOf } from './distributions.js';
import type { Measure } from './survey.js';

/** Half of the measurements of a group are between the quartiles. */
export interface Quartiles {
  readonly low: number;
  readonly median: number;
  readonly high: number;
}

/** Images with one value of a parameter, or with values of a range. */
export interface Group {
  /** The value as text, or the lowest and the highest number. */
  readonly value: string | readonly [low: number, high: number];
  readonly count: number;
  /** By measure, in their order; undefined where none of the images was measured. */
  readonly measured: readonly (Quartiles | undefined)[];
}

const rangeCount = 8;
/** With fewer images in a range, a median says little. */
const leastInRange = 2;

/** Quartiles of the numbers that are finite; undefined if none is. */
export function quartilesOf(values: readonly number[]): Quartiles | undefined {
  const sorted = Float64Array.from(values.filter(Number.isFinite)).sort();
  if (sorted.length === 0) return undefined;
  return { low: quantileOf(sorted, 0.25), median: quantileOf(sorted, 0.5), high: quantileOf(sorted, 0.75) };
}

/**
 * Groups images by value: numbers from low to high, or names, the most frequent first.
 * @param values by image; undefined for images without the parameter
 */
export function groupsByValue(
  values: readonly (ParameterValue | undefined)[],
  measures: readonly Measure[],
): Group[] {
  const members = new Map<ParameterValue, number[]>();
  values.forEach((value, index) => {
    if (value === undefined) return;
    const known = members.get(value);
    if (known) known.push(index);
    else members.set(value, [index]);
  });
  const areNumbers = [...members.keys()].every((value) => typeof value === 'number');
  const groups = [...members].map(([value, indices]) => ({
    value,
    group: groupOf(String(value), indices, measures),
  }));
  groups.sort((a, b) =>
    areNumbers
      ? Number(a.value) - Number(b.value)
      : b.group.count - a.group.count || (String(a.value) < String(b.value) ? -1 : 1),
  );
  return groups.map(({ group }) => group);
}

/**
 * Groups images by a number, in ranges with equally many images, from low to high.
 * @returns none if there would be fewer than two images in each
 */
export function groupsByRange(
  values: readonly (ParameterValue | undefined)[],
  measures: readonly Measure[],
): Group[] {
  const numbers = [...values.entries()].filter((entry): entry is [number, number] =>
    Number.isFinite(entry[1]),
  );
  if (numbers.length < leastInRange * rangeCount) return [];
  numbers.sort(([, a], [, b]) => a - b);
  return Array.from({ length: rangeCount }, (_, range) => {
    const bound = (index: number) => Math.round((index * numbers.length) / rangeCount);
    const inside = numbers.slice(bound(range), bound(range + 1));
    const indices = inside.map(([index]) => index);
    const [low = Number.NaN, high = Number.NaN] = [inside[0]?.[1], inside.at(-1)?.[1]];
    return groupOf([low, high], indices, measures);
  });
}

function groupOf(value: Group['value'], indices: readonly number[], measures: readonly Measure[]): Group {
  const measured = measures.map(({ values }) =>
    quartilesOf(indices.map((index) => values[index] ?? Number.NaN)),
  );
  return { value, count: indices.length, measured };
}
