/** Estimates the cost of a plan on this machine from a cached or a short new measurement. @module */
import { usualPixels } from '../../images/fit.js';
import type { PlanEstimate } from '../describe.js';
import { wishOf } from '../engines/devices.js';
import { withChosenEngine } from '../engines/engine-choice.js';
import { WorkerPool } from '../pool/pool.js';
import { workerSettings } from '../pool/worker-settings.js';
import type { Prepared } from '../preparing/prepare.js';
import { measureStep, rememberedStep, type StepCost } from './calibration.js';
import { type Allocation, allocate, thisMachine, workerBytes } from './machine.js';
import { estimateWindows, estimateWorkload, type Workload, workloadOf } from './workload.js';

/**
 * Estimates the time, memory and disk space of a workload; by default, of the whole plan. If the step time is not cached,
 * starts the workers that a run would use and measures a few small steps. Writes nothing to the output folder.
 * @returns undefined if no step succeeds; a run reports the reason
 */
export async function estimatePlan(
  prepared: Prepared,
  workload: Workload = workloadOf(prepared.plan.items(), () => true),
): Promise<PlanEstimate | undefined> {
  const { recipe, stylized, items, largestSizePx, smallestPixels } = workload;
  const { format } = prepared.job.output;
  const overviews = prepared.job.run;
  const machine = thisMachine();
  if (!recipe) {
    const { bytes } = estimateWorkload(workload, { msPerPixel: 0, workers: 1, format, overviews });
    return {
      seconds: 0,
      bytes,
      workers: 1,
      memoryBytes: workerBytes(1, 0),
      freeMemoryBytes: machine.freeBytes,
    };
  }
  const job = await withChosenEngine(prepared.job);
  const allocation = allocate(machine, wishOf(job.run), stylized || items, largestSizePx, smallestPixels);
  const { workers } = allocation;
  const memory = {
    memoryBytes: workers * workerBytes(job.run.batch, largestSizePx),
    freeMemoryBytes: machine.freeBytes,
  };
  const cost =
    (await rememberedStep(recipe, allocation, job.run)) ??
    (await measure({ ...prepared, job }, recipe, allocation));
  if (!cost) return undefined;
  const { msPerPixel, measuredAtMs, sizePx } = cost;
  const estimate = estimateWorkload(workload, { msPerPixel, workers, format, overviews });
  return {
    ...estimate,
    ...estimateWindows(job.run, estimate.seconds, Date.now()),
    ...memory,
    workers,
    msPerStep: msPerPixel * usualPixels({ sizePx: recipe.size, fit: recipe.fit }),
    sizePx: recipe.size,
    measuredSizePx: sizePx,
    measurementAgeMs: Math.max(0, Date.now() - measuredAtMs),
  };
}

async function measure(
  prepared: Prepared,
  recipe: NonNullable<Workload['recipe']>,
  allocation: Allocation,
): Promise<StepCost | undefined> {
  const pool = new WorkerPool({
    workers: allocation.workers,
    itemsPerWorker: 1,
    settings: (worker) => workerSettings(prepared, allocation, undefined, worker),
    onProgress: () => {},
  });
  try {
    await pool.start();
    return await measureStep(pool, recipe, allocation, prepared.job.run);
  } finally {
    await pool.stop();
  }
}
