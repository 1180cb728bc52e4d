/** Finds the batch that fills a GPU, by measuring. @module */
import { readFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { isAuto } from '../../auto.js';
import { installedLibraries } from '../../engine/libraries/installed.js';
import { cacheFolder } from '../../files/cache-folder.js';
import { sha256 } from '../../files/digest.js';
import { publishFile } from '../../files/publish.js';
import type { Job } from '../../job/schema.js';
import { methodOf, type ResolvedRecipe } from '../../methods/index.js';
import { packageVersion } from '../../version.js';
import { gpuCount } from '../engines/devices.js';
import { WorkerPool } from '../pool/pool.js';
import { workerSettings } from '../pool/worker-settings.js';
import type { Prepared } from '../preparing/prepare.js';
import { thisMachine } from './machine.js';
import { measuredSizePx } from './measure-steps.js';

/** A batch twice as large must make at least this many times the images per second. */
const worthDoubling = 1.05;
const largestBatch = 64;

/**
 * Doubles the batch for as long as that makes more images per second.
 * @param speedOf steps of images per second with a batch; 0 if it does not fit into memory, or nothing could be measured
 * @returns undefined if not even one image could be measured
 */
export async function fillingBatch(
  speedOf: (batch: number) => Promise<number>,
  largest = largestBatch,
): Promise<number | undefined> {
  let [best, speed] = [1, await speedOf(1)];
  if (speed === 0) return undefined;
  for (let batch = 2; batch <= largest; batch *= 2) {
    const next = await speedOf(batch);
    if (next <= speed * worthDoubling) break;
    [best, speed] = [batch, next];
  }
  return best;
}

/** The batch for images of another size: as many pixels as in the batch that was measured. */
export function batchForSize(measured: number, recipeSizePx: number): number {
  const scale = (Math.min(recipeSizePx, measuredSizePx) / recipeSizePx) ** 2;
  return Math.max(1, Math.floor(measured * scale));
}

/** What {@link withFillingBatch} needs from its caller; tests replace it. */
export interface FillingOptions {
  readonly cacheFile?: string;
  readonly speedOf?: (batch: number) => Promise<number>;
  /** Called before it is measured. */
  readonly onMeasure?: () => void;
}

/**
 * Returns the job with a number in the place of `batch: auto`, if it runs on GPUs: the batch that fills one of them. It is
 * measured once for a device and a shape of recipes, and remembered in the cache folder.
 */
export async function withFillingBatch(
  prepared: Prepared,
  recipe: ResolvedRecipe,
  options: FillingOptions = {},
): Promise<Prepared> {
  const { run } = prepared.job;
  if (!isAuto(run.batch) || gpuCount(run) === 0) return prepared;
  const { cacheFile = join(cacheFolder(), 'batches.json') } = options;
  const key = keyOf(recipe, run);
  const known = await readBatches(cacheFile);
  let measured: number | undefined = known[key];
  if (measured === undefined) {
    options.onMeasure?.();
    measured = await fillingBatch(options.speedOf ?? speedOnDevice(prepared, recipe));
    // Without a figure, or if it cannot be written, the next run measures again.
    if (measured !== undefined) {
      const text = `${JSON.stringify({ ...known, [key]: measured }, null, 2)}\n`;
      await publishFile(cacheFile, text, { temporaryFolder: cacheFolder() }).catch(() => {});
    }
  }
  const batch = batchForSize(measured ?? 1, recipe.size);
  return { ...prepared, job: { ...prepared.job, run: { ...run, batch } } };
}

/** Everything that the speed of a batch depends on. */
function keyOf(recipe: ResolvedRecipe, { engine, device, precision }: Job['run']): string {
  const size = Math.min(recipe.size, measuredSizePx);
  const shape = [methodOf(recipe).costKey(recipe), size, recipe.fit];
  const machine = [cpus()[0]?.model, packageVersion(), installedLibraries()];
  const parts = [...machine, engine, device, precision, ...shape];
  return sha256(JSON.stringify(parts)).slice(0, 16);
}

async function readBatches(file: string): Promise<Record<string, number>> {
  try {
    return z.record(z.string(), z.int().positive()).parse(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    return {};
  }
}

/** Measures in a process of its own, so that a driver that crashes ends the measurement alone. */
const speedOnDevice =
  (prepared: Prepared, recipe: ResolvedRecipe) =>
  async (batch: number): Promise<number> => {
    const threads = thisMachine().cores;
    const { job } = prepared;
    const settings = workerSettings(
      { ...prepared, job: { ...job, run: { ...job.run, batch } } },
      { workers: 1, threads, batch },
    );
    const pool = new WorkerPool({
      workers: 1,
      itemsPerWorker: 1,
      settings: () => settings,
      onProgress: () => {},
    });
    try {
      await pool.start();
      const [measured] = await pool.calibrate(recipe);
      return measured && measured.ms > 0 ? (1000 * measured.steps) / measured.ms : 0;
    } catch {
      return 0;
    } finally {
      await pool.stop();
    }
  };
