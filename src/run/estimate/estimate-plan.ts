/** What a plan will cost on this machine: remembered, else measured for a moment. @module */

import type { PlanEstimate } from '../describe.js';
import { WorkerPool } from '../pool/pool.js';
import { workerSettings } from '../pool/worker-settings.js';
import type { Prepared } from '../prepare.js';
import { calibrationKey, measureStep, rememberedStep } from './calibration.js';
import { allocate, thisMachine } from './machine.js';
import { estimateWorkload, usualPixels, type Workload, workloadOf } from './workload.js';

/**
 * Estimates the time and the disk space of a workload of a plan, by default all of it. Where steps of this kind were
 * never measured here, starts the workers that a run would have for a few steps; nothing is written to the output folder.
 * Undefined where no step can be made: a run tells why.
 */
export async function estimatePlan(
  prepared: Prepared,
  workload: Workload = workloadOf(prepared.plan.items(), () => true),
): Promise<PlanEstimate | undefined> {
  const { job } = prepared;
  const { recipe } = workload;
  if (!recipe) {
    const { bytes } = estimateWorkload(workload, { msPerPixel: 0, workers: 1, format: job.output.format });
    return { seconds: 0, bytes, workers: 1, msPerStep: 0 };
  }
  const { stylized, largestSizePx: size, smallestPixels } = workload;
  const allocation = allocate(thisMachine(), job.run, stylized, { size }, smallestPixels);
  const key = calibrationKey(recipe, allocation, job.run);
  let known = await rememberedStep(key);
  if (known === undefined) {
    const pool = new WorkerPool({
      workers: allocation.workers,
      itemsPerWorker: 1,
      settings: (worker) => workerSettings(prepared, allocation, worker),
      onProgress: () => {},
    });
    try {
      await pool.start();
      known = await measureStep(pool, recipe, key);
    } finally {
      await pool.stop();
    }
    if (known === undefined) return undefined;
  }
  const { workers } = allocation;
  return {
    ...estimateWorkload(workload, { msPerPixel: known, workers, format: job.output.format }),
    workers,
    msPerStep: known * usualPixels(recipe),
  };
}
