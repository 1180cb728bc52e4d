/** Caches step times on this machine, so that plans can be estimated without measuring again. @module */
import { readFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { cacheFolder } from '../../files/cache-folder.js';
import { sha256 } from '../../files/digest.js';
import { publishFile } from '../../files/publish.js';
import type { Job } from '../../job/schema.js';
import { methodOf, type ResolvedRecipe } from '../../methods/index.js';
import { addSteps, noSteps, type StepTotals } from '../../stylize/step-totals.js';
import type { WorkerPool } from '../pool/pool.js';
import type { Allocation } from './machine.js';
import { measuredSizePx } from './measure-steps.js';

const entrySchema = z.object({
  msPerPixel: z.number().positive(),
  /** Milliseconds since 1970. */
  measuredAtMs: z.number(),
});
const schema = z.record(z.string(), entrySchema);
const mostEntries = 500;

/** The cost of a step. */
export interface StepCost {
  /** Milliseconds per step and pixel, on one worker while all workers are busy. */
  readonly msPerPixel: number;
  /** Time of the measurement, in milliseconds since 1970. */
  readonly measuredAtMs: number;
  /** Long edge at which it was measured; smaller than the recipe's size if the time is extrapolated. */
  readonly sizePx: number;
}

const stepTimesFile = (): string => join(cacheFolder(), 'step-times.json');

/** Returns a cache key of everything that the time of a step depends on. */
export function calibrationKey(recipe: ResolvedRecipe, allocation: Allocation, run: Job['run']): string {
  const parts = [
    cpus()[0]?.model ?? 'unknown',
    run.engine,
    run.device,
    run.precision,
    ...Object.values(allocation),
    methodOf(recipe).costKey(recipe),
    recipe.size,
    recipe.fit,
  ];
  return sha256(JSON.stringify(parts)).slice(0, 16);
}

/** Returns the cached cost of a step, measured at the recipe's size or else at {@link measuredSizePx}. */
export async function rememberedStep(
  recipe: ResolvedRecipe,
  allocation: Allocation,
  run: Job['run'],
): Promise<StepCost | undefined> {
  const entries = await readAll();
  for (const sized of [recipe, asMeasured(recipe)]) {
    const entry = entries[calibrationKey(sized, allocation, run)];
    if (entry) return { ...entry, sizePx: sized.size };
  }
  return undefined;
}

/**
 * Measures a few steps of a recipe on all workers of a pool and caches the cost.
 * @returns undefined if no step succeeded; the items will report the reason
 */
export async function measureStep(
  pool: WorkerPool,
  recipe: ResolvedRecipe,
  allocation: Allocation,
  run: Job['run'],
): Promise<StepCost | undefined> {
  const made = (await pool.calibrate(recipe)).reduce(addSteps, noSteps);
  if (made.steps === 0) return undefined;
  const measured = asMeasured(recipe);
  const cost = { msPerPixel: msPerPixel(made), measuredAtMs: Date.now() };
  await rememberStep(calibrationKey(measured, allocation, run), cost);
  return { ...cost, sizePx: measured.size };
}

/** Returns the milliseconds per step and pixel. */
export function msPerPixel({ ms, pixelSteps }: StepTotals): number {
  return ms / pixelSteps;
}

/** Caches a measurement. If it cannot be written, the next run measures again. */
export async function rememberStep(key: string, cost: Omit<StepCost, 'sizePx'>): Promise<void> {
  const { [key]: _, ...others } = await readAll();
  const entries = [...Object.entries(others), [key, cost]].slice(-mostEntries);
  const text = `${JSON.stringify(Object.fromEntries(entries), null, 2)}\n`;
  await publishFile(stepTimesFile(), text, { temporaryFolder: cacheFolder() }).catch(() => {});
}

/** Returns the recipe to measure in place of this one: large sizes are reduced. */
function asMeasured(recipe: ResolvedRecipe): ResolvedRecipe {
  return { ...recipe, size: Math.min(recipe.size, measuredSizePx) };
}

async function readAll(): Promise<z.output<typeof schema>> {
  try {
    return schema.parse(JSON.parse(await readFile(stepTimesFile(), 'utf8')));
  } catch {
    return {};
  }
}
