/** What is left to do of a plan: items, steps, and a recipe that stands for all. @module */
import type { ItemRecord } from '../dataset/record.js';
import type { PlanItem } from '../plan/item.js';
import type { Recipe } from '../stylize/recipe.js';

export interface Workload {
  /** Items that have no record yet. */
  readonly items: number;
  readonly stylized: number;
  /** Evaluations of the objective for all of them. */
  readonly steps: number;
  /** The first recipe; absent when nothing is left to stylise. */
  readonly recipe: Recipe | undefined;
  /** The sum of steps, each weighted by its pixels relative to those of {@link recipe}. */
  readonly relativeSteps: number;
  /** Long edge of the largest: what memory has to suffice for. */
  readonly largestSizePx: number;
  /** Pixels of all images to be written, about. */
  readonly pixels: number;
}

/** Photographs are most often 4:3. */
const usualAspect = 0.75;

/** Whether an item still has to be made. */
export type IsPending = (item: PlanItem) => boolean;

/** An item is pending without a record; one that failed is, too, when failed ones are retried. */
export function pendingIn(records: ReadonlyMap<string, ItemRecord>, retryFailed: boolean): IsPending {
  return ({ id }) => {
    const record = records.get(id);
    return record === undefined || (retryFailed && record.status === 'failed');
  };
}

/** Adds up the pending items. */
export function workloadOf(items: Iterable<PlanItem>, isPending: IsPending): Workload {
  let [count, stylized, steps, relativeSteps, pixels, largestSizePx] = [0, 0, 0, 0, 0, 0];
  let recipe: Recipe | undefined;
  for (const item of items) {
    if (!isPending(item)) continue;
    count++;
    pixels += item.recipe.size ** 2 * (item.recipe.fit === 'keep' ? usualAspect : 1);
    if (item.kind === 'original') continue;
    stylized++;
    largestSizePx = Math.max(largestSizePx, item.recipe.size);
    recipe ??= item.recipe;
    // The image that is delivered is evaluated as well.
    const evaluations = item.recipe.steps + 1;
    steps += evaluations;
    relativeSteps += evaluations * (item.recipe.size / recipe.size) ** 2;
  }
  return { items: count, stylized, steps, recipe, relativeSteps, largestSizePx, pixels };
}

/** Bytes a pixel of a stylised image takes, about: measured on painted textures. */
const bytesPerPixel = { jpeg: 1, webp: 0.5, png: 2.8 } as const;

/** Seconds and bytes for a workload. */
export function estimateWorkload(
  workload: Workload,
  { msPerStep, workers, format }: { msPerStep: number; workers: number; format: keyof typeof bytesPerPixel },
): { seconds: number; bytes: number } {
  const busy = Math.max(1, Math.min(workers, workload.stylized));
  return {
    seconds: (workload.relativeSteps * msPerStep) / 1000 / busy,
    bytes: workload.pixels * bytesPerPixel[format] + workload.items * bytesPerRecord,
  };
}

/** A line of the manifest with its loss curve, and one of the metadata. */
const bytesPerRecord = 3500;
