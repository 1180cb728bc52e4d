/** The devices of a run. @module */
import { isAuto } from '../../auto.js';
import { devicesLike, isProcessor } from '../../engine/gpus.js';
import type { Job } from '../../job/schema.js';
import type { AllocationWish } from '../estimate/machine.js';

/** The devices of the workers: the first worker gets the first one, and so on; then, they start over. */
export function devicesOf({ device, devices }: Pick<Job['run'], 'device' | 'devices'>): readonly string[] {
  if (devices === undefined) return [device];
  return isAuto(devices) ? devicesLike(device) : devices;
}

/** The number of GPUs that a run uses; 0 if it runs on the processor. */
export function gpuCount(run: Pick<Job['run'], 'device' | 'devices'>): number {
  return devicesOf(run).filter((device) => !isProcessor(device)).length;
}

/** What a run wants of the machine. */
export const wishOf = (run: Job['run']): AllocationWish => ({ ...run, gpus: gpuCount(run) });
