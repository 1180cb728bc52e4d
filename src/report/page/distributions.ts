/** Distributions of values, as pure arithmetic. @module */

/** A bar of a chart. */
export interface Bar {
  readonly name: string;
  readonly count: number;
}

/** Bars of numbers, from the lowest to the highest. */
export interface Histogram {
  readonly bars: readonly Bar[];
  readonly minimum: number;
  readonly median: number;
  readonly maximum: number;
  /** Whether the bars are of equal width on a logarithmic scale. */
  readonly isLogarithmic: boolean;
}

const barCount = 20;
/** From this ratio of the largest to the smallest number on, a linear scale would hide the small ones. */
const logarithmicRatio = 8;

/**
 * Counts numbers in 20 bars.
 * @param values finite numbers, at least one
 */
export function histogramOf(values: readonly number[]): Histogram {
  const sorted = Float64Array.from(values).sort();
  const minimum = sorted[0] ?? 0;
  const maximum = sorted.at(-1) ?? 0;
  const isLogarithmic = minimum > 0 && maximum / minimum >= logarithmicRatio;
  const scale = isLogarithmic ? Math.log : (value: number) => value;
  const back = isLogarithmic ? Math.exp : (value: number) => value;
  const [low, high] = [scale(minimum), scale(maximum)];
  const counts = new Array<number>(barCount).fill(0);
  for (const value of sorted) {
    const at = high > low ? Math.floor(((scale(value) - low) / (high - low)) * barCount) : 0;
    const index = Math.min(barCount - 1, Math.max(0, at));
    counts[index] = (counts[index] ?? 0) + 1;
  }
  const edge = (index: number) => shortNumber(back(low + ((high - low) * index) / barCount));
  const bars = counts.map((count, index) => ({ name: `${edge(index)} to ${edge(index + 1)}`, count }));
  return { bars, minimum, median: medianOf(sorted), maximum, isLogarithmic };
}

/** A group of images with similar values of a parameter. */
export interface TrendGroup {
  readonly minimum: number;
  readonly maximum: number;
  /** The median of what was measured. */
  readonly median: number;
}

const trendGroups = 6;

/**
 * Divides images into six groups of equal size, by a parameter from low to high, and measures each.
 * @param pairs parameter and measurement; those that are not finite are left out
 * @returns no groups if there are fewer than two images for each
 */
export function trendOf(pairs: readonly (readonly [parameter: number, measured: number])[]): TrendGroup[] {
  const sorted = pairs.filter((pair) => pair.every(Number.isFinite)).sort(([a], [b]) => a - b);
  if (sorted.length < 2 * trendGroups) return [];
  return Array.from({ length: trendGroups }, (_, group) => {
    const bound = (index: number) => Math.round((index * sorted.length) / trendGroups);
    const inside = sorted.slice(bound(group), bound(group + 1));
    const measured = Float64Array.from(inside, ([, value]) => value).sort();
    const [minimum = Number.NaN] = inside[0] ?? [];
    const [maximum = Number.NaN] = inside.at(-1) ?? [];
    return { minimum, maximum, median: medianOf(measured) };
  });
}

/** The median of sorted numbers; not a number if there are none. */
export function medianOf(sorted: ArrayLike<number>): number {
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** A number with three digits: `12.3`, `0.00123`, `1.2e+7`. */
export function shortNumber(value: number): string {
  return Number.isFinite(value) ? String(Number(value.toPrecision(3))) : '–';
}

/** Counts names, bounded: what comes after the first `limit` different names is counted together. */
export class NameCounts {
  readonly #counts = new Map<string, number>();
  /** Occurrences of names beyond the limit. */
  others = 0;

  constructor(private readonly limit = 1000) {}

  add(name: string): void {
    const count = this.#counts.get(name);
    if (count === undefined && this.#counts.size >= this.limit) this.others++;
    else this.#counts.set(name, (count ?? 0) + 1);
  }

  get size(): number {
    return this.#counts.size;
  }

  /** The names, most frequent first; equal ones by name. */
  bars(): Bar[] {
    const bars = [...this.#counts].map(([name, count]) => ({ name, count }));
    return bars.sort((a, b) => b.count - a.count || (a.name < b.name ? -1 : 1));
  }
}
