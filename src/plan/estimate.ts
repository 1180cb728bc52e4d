/** What a plan will take, from its counts and what one item takes. @module */
import type { PlanCounts } from './plan.js';

/** What was measured, or remembered, for one item. */
export interface Calibration {
  /** Wall seconds that one worker needs for a stylised item, above 0. */
  readonly secondsPerItem: number;
  /** Bytes of one image on disk, above 0. */
  readonly bytesPerItem: number;
  /** Workers that run at the same time, from 1. */
  readonly workers: number;
}

export interface Estimate {
  /** Wall seconds until the last item is done. */
  readonly seconds: number;
  /** Bytes of all images, and of the records beside them. */
  readonly bytes: number;
}

/** A line of the manifest and one of the metadata, with a loss curve of twenty points. */
const bytesPerRecord = 3500;

/** The estimate for some items; originals take disk, but hardly time. */
export function estimate(
  { total, stylized }: Pick<PlanCounts, 'total' | 'stylized'>,
  calibration: Calibration,
): Estimate {
  const { secondsPerItem, bytesPerItem, workers } = calibration;
  // Whole rounds: the last worker's last item is waited for.
  const rounds = Math.ceil(stylized / workers);
  return { seconds: rounds * secondsPerItem, bytes: total * (bytesPerItem + bytesPerRecord) };
}
