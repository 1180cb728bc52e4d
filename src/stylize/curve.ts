/** Loss curves: the objective at about twenty steps of an optimization. @module */
import type { Named } from '../engine/engine.js';
import { WildstyleError } from '../errors.js';

/** One point of a loss curve. */
export interface LossPoint {
  /** Number of updates so far; 0 is the initial image. */
  readonly step: number;
  readonly total: number;
  /** Weighted value of each term; they sum to `total`. */
  readonly terms: Named<number>;
}

/** The objective and its terms, with one value per row. */
export interface Losses {
  readonly total: Float32Array;
  readonly terms: Named<Float32Array>;
}

/** The losses of one row as a point of its curve. */
export function pointAt({ total, terms }: Losses, row: number, step: number): LossPoint {
  const ofRow = Object.entries(terms).map(([name, values]): [string, number] => [name, values[row]]);
  return { step, total: total[row], terms: Object.fromEntries(ofRow) };
}

const intervals = 20;

/** Whether a step is recorded on the curve: the first, the last, and evenly spaced steps in between. */
export function isCurvePoint(step: number, steps: number): boolean {
  if (step === 0 || step >= steps || steps <= intervals) return true;
  return Math.floor((step * intervals) / steps) > Math.floor(((step - 1) * intervals) / steps);
}

/**
 * Whether an optimization has diverged: its loss is NaN or infinite, or exceeds both ten times its initial value and
 * `weights`.
 * @param weights the sum of the objective's weights. The loss has this value when every term is as large as its target,
 *   and a loss that starts near zero may legitimately rise that far
 */
export function hasDiverged(now: LossPoint, initial: LossPoint, weights: number): boolean {
  const tolerated = 10;
  return !Number.isFinite(now.total) || now.total > Math.max(tolerated * initial.total, weights);
}

/** The error of an item that diverged again after its restart. It names the term that rose most, if one did. */
export function divergence(now: LossPoint, initial: LossPoint | undefined): WildstyleError {
  const from = initial ? ` from ${initial.total.toPrecision(4)}` : '';
  const steepest = steepestTerm(now, initial);
  return new WildstyleError(
    'loss-diverged',
    `The loss went${from} to ${now.total.toPrecision(4)} at step ${now.step}, even with a lower learning rate.${steepest === undefined ? '' : ` ${steepest} rose most.`}`,
    { cure: 'Lower recipe.learningRate or the weight of the style, or use another optimizer.' },
  );
}

/** The term that is NaN if it is the only one, else the one that rose most; undefined if several are NaN. */
function steepestTerm(now: LossPoint, initial: LossPoint | undefined): string | undefined {
  const rises = Object.entries(now.terms).map(([term, value]) => ({
    term,
    rise: value - (initial?.terms[term] ?? 0),
  }));
  const unknown = rises.filter(({ rise }) => Number.isNaN(rise));
  if (unknown.length > 0) return unknown.length === 1 ? unknown[0].term : undefined;
  return rises.toSorted((a, b) => b.rise - a.rise)[0]?.term;
}
