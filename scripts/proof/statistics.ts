/** Means over seeds with 95% intervals. @module */

/** A mean and half of its 95% interval. */
export interface Interval {
  readonly mean: number;
  readonly half: number;
}

/** Two-sided 97.5% quantiles of Student's t distribution for 1 to 9 degrees of freedom. */
const quantiles = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262];

/** Student's interval for the mean of independent values. One value has an infinite one. */
export function intervalOf(values: readonly number[]): Interval {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  if (values.length < 2) return { mean, half: Number.POSITIVE_INFINITY };
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
  const quantile = quantiles[values.length - 2] ?? 1.96;
  return { mean, half: quantile * Math.sqrt(variance / values.length) };
}

/** The interval of paired differences. */
export function differenceOf(values: readonly number[], baseline: readonly number[]): Interval {
  return intervalOf(values.map((value, i) => value - baseline[i]));
}
