/** Loss curves: what the objective was at about twenty points of an optimization. @module */

/** One point of a loss curve. The parts are weighted; they add up to `total`. */
export interface LossPoint {
  /** Updates made so far; 0 is the initial image. */
  readonly step: number;
  readonly total: number;
  readonly content: number;
  readonly style: number;
  readonly totalVariation: number;
}

const intervals = 20;

/** Whether a step belongs on the curve: the first, the last, and evenly spaced ones between. */
export function isCurvePoint(step: number, steps: number): boolean {
  if (step === 0 || step >= steps || steps <= intervals) return true;
  return Math.floor((step * intervals) / steps) > Math.floor(((step - 1) * intervals) / steps);
}

/**
 * An optimization has diverged when its loss is no number, or far above where it began.
 * @param weights the sum of the objective's weights, which is the loss where every term is as large as its target: one
 *   that begins near zero may rise as far without having gone wrong
 */
export function hasDiverged(now: LossPoint, initial: LossPoint, weights: number): boolean {
  const tolerated = 10;
  return !Number.isFinite(now.total) || now.total > Math.max(tolerated * initial.total, weights);
}
