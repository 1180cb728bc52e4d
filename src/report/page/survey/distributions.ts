/** Distributions of values, as pure arithmetic. @module */

/** A bar of a chart. */
export interface Bar {
  readonly name: string;
  readonly count: number;
}

/** Numbers in a range. */
export interface RangeBar {
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

/** Bars of numbers, from the lowest to the highest. */
export interface Histogram {
  readonly bars: readonly RangeBar[];
  readonly minimum: number;
  readonly median: number;
  readonly maximum: number;
  /** Whether the bars are of equal width on a logarithmic scale. */
  readonly isLogarithmic: boolean;
}

const mostBars = 20;
/** Twice the cube root of the number of values (Rice's rule): with more bars, a few values would leave gaps. */
const barsFor = (values: number): number => Math.min(mostBars, Math.ceil(2 * Math.cbrt(values)));

/** From this ratio of the largest to the smallest number on, a linear scale would hide the small ones. */
const logarithmicRatio = 8;

/** Whether numbers from one to the other are better shown on a logarithmic scale. */
export const isWide = (minimum: number, maximum: number): boolean =>
  minimum > 0 && maximum / minimum >= logarithmicRatio;

/**
 * Counts numbers in at most 20 bars.
 * @param values finite numbers, at least one
 */
export function histogramOf(values: readonly number[]): Histogram {
  const sorted = Float64Array.from(values).sort();
  const minimum = sorted[0] ?? 0;
  const maximum = sorted.at(-1) ?? 0;
  const isLogarithmic = isWide(minimum, maximum);
  const scale = isLogarithmic ? Math.log : (value: number) => value;
  const back = isLogarithmic ? Math.exp : (value: number) => value;
  const [low, high] = [scale(minimum), scale(maximum)];
  const barCount = barsFor(sorted.length);
  const counts = new Array<number>(barCount).fill(0);
  for (const value of sorted) {
    const at = high > low ? Math.floor(((scale(value) - low) / (high - low)) * barCount) : 0;
    const index = Math.min(barCount - 1, Math.max(0, at));
    counts[index] = (counts[index] ?? 0) + 1;
  }
  const edge = (index: number) => back(low + ((high - low) * index) / barCount);
  const bars = counts.map((count, index) => ({ from: edge(index), to: edge(index + 1), count }));
  return { bars, minimum, median: medianOf(sorted), maximum, isLogarithmic };
}

/** The median of sorted numbers; not a number if there are none. */
export const medianOf = (sorted: ArrayLike<number>): number => quantileOf(sorted, 0.5);

/** The number below which a share of the sorted numbers lies, between two of them where it falls there. */
export function quantileOf(sorted: ArrayLike<number>, share: number): number {
  const place = (sorted.length - 1) * share;
  const [below, above] = [sorted[Math.floor(place)], sorted[Math.ceil(place)]];
  if (below === undefined || above === undefined) return Number.NaN;
  return below + (above - below) * (place - Math.floor(place));
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
