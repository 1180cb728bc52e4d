/** Loss curves: the objective at about twenty points of an optimization. @module */
import type { Named } from '../engine/engine.js';

/** One point of a loss curve. */
export interface LossPoint {
  /** Updates made so far; 0 is the initial image. */
  readonly step: number;
  readonly total: number;
  /** Weighted values by the name of the term; they add up to `total`. */
  readonly terms: Named<number>;
}

const intervals = 20;

/** Whether a step belongs on the curve: the first, the last, and evenly spaced ones between. */
export function isCurvePoint(step: number, steps: number): boolean {
  if (step === 0 || step >= steps || steps <= intervals) return true;
  return Math.floor((step * intervals) / steps) > Math.floor(((step - 1) * intervals) / steps);
}

/**
 * Whether an optimization has diverged: its loss is not a number, or is far above where it started.
 * @param weights the sum of the objective's weights, which is the loss where every term is as large as its target: a loss
 *   that starts near zero may rise that far without having gone wrong
 */
export function hasDiverged(now: LossPoint, initial: LossPoint, weights: number): boolean {
  const tolerated = 10;
  return !Number.isFinite(now.total) || now.total > Math.max(tolerated * initial.total, weights);
}
