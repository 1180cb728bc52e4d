/** Remembers what steps cost on this machine, so that a plan can be estimated without measuring again. @module */
import { readFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { cacheFolder } from '../../files/cache-folder.js';
import { sha256 } from '../../files/digest.js';
import { publishFile } from '../../files/publish.js';
import type { Job } from '../../job/schema.js';
import type { Recipe } from '../../stylize/recipe.js';
import { specOf } from '../../stylize/spec.js';
import { addSteps, noSteps, type StepTotals } from '../../stylize/step-totals.js';
import type { WorkerPool } from '../pool/pool.js';
import type { Allocation } from './machine.js';

const schema = z.record(z.string(), z.number().positive());
const mostEntries = 500;

const stepTimesFile = (): string => join(cacheFolder(), 'step-times.json');

/** Names what the time of a step depends on. */
export function calibrationKey(recipe: Recipe, allocation: Allocation, run: Job['run']): string {
  const parts = [
    cpus()[0]?.model ?? 'unknown',
    run.engine,
    run.device,
    ...Object.values(allocation),
    specOf(recipe).key,
    recipe.size,
    recipe.fit,
  ];
  return sha256(JSON.stringify(parts)).slice(0, 16);
}

/** The milliseconds that a step takes for each pixel, where they were measured before. */
export async function rememberedStep(key: string): Promise<number | undefined> {
  return (await readAll())[key];
}

/**
 * Measures a few steps of a recipe on all workers of a pool, and remembers what they took.
 * @returns milliseconds that a step takes for each pixel, on one worker while all are busy; undefined where none could be
 *   made: what is wrong with them is for the items to tell
 */
export async function measureStep(
  pool: WorkerPool,
  recipe: Recipe,
  key: string,
): Promise<number | undefined> {
  const made = (await pool.calibrate(recipe)).reduce(addSteps, noSteps);
  if (made.steps === 0) return undefined;
  await rememberStep(key, msPerPixel(made));
  return msPerPixel(made);
}

/** Milliseconds that a step took for each pixel of its image. */
export function msPerPixel({ ms, pixelSteps }: StepTotals): number {
  return ms / pixelSteps;
}

/** Remembers a measurement. What cannot be written is forgotten: the next run measures again. */
export async function rememberStep(key: string, msPerPixel: number): Promise<void> {
  const { [key]: _, ...others } = await readAll();
  const entries = [...Object.entries(others), [key, msPerPixel]].slice(-mostEntries);
  const text = `${JSON.stringify(Object.fromEntries(entries), null, 2)}\n`;
  await publishFile(stepTimesFile(), text, { temporaryFolder: cacheFolder() }).catch(() => {});
}

async function readAll(): Promise<Record<string, number>> {
  try {
    return schema.parse(JSON.parse(await readFile(stepTimesFile(), 'utf8')));
  } catch {
    return {};
  }
}
