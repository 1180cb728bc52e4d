/** Says when and how the time of a step was measured. @module */
import type { PlanEstimate } from '../../run/describe.js';
import { formatDuration } from '../format.js';

const presentMs = 60_000;

/** Whether the time of a step was measured at a smaller size. */
export const isExtrapolated = ({ sizePx, measuredSizePx }: PlanEstimate): boolean =>
  sizePx !== undefined && measuredSizePx !== undefined && measuredSizePx < sizePx;

/**
 * Describes a measurement that may be remembered from an earlier time: `measured at 64 px 3 h 08 min ago`.
 * @param since what the age counts to: `ago`, or words for a text that is read later
 */
export function measurementText(estimate: PlanEstimate, since = 'ago'): string {
  const { measuredSizePx, measurementAgeMs = 0 } = estimate;
  const how = isExtrapolated(estimate) ? 'extrapolated from a measurement' : 'measured';
  const age =
    measurementAgeMs >= presentMs
      ? `${formatDuration(measurementAgeMs)} ${since}`
      : since === 'ago'
        ? 'just now'
        : `just ${since}`;
  return `${how} at ${measuredSizePx} px ${age}`;
}
