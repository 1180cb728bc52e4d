/** What is left to do of a plan: items, steps, and a recipe that stands for all. @module */
import type { ItemRecord } from '../../dataset/ledger/record.js';
import { minimumEdgePx } from '../../images/fit.js';
import type { ImageFormat } from '../../images/format.js';
import type { PlanItem } from '../../plan/item.js';
import type { Recipe } from '../../stylize/recipe.js';

export interface Workload {
  /** Items that have no record yet. */
  readonly items: number;
  readonly stylized: number;
  /** Evaluations of the objective for all of them. */
  readonly steps: number;
  /** The first recipe; absent when nothing is left to stylize. */
  readonly recipe: Recipe | undefined;
  /** The sum of steps, each counted with the pixels of its image, about. */
  readonly pixelSteps: number;
  /** Long edge of the largest: what memory has to suffice for. */
  readonly largestSizePx: number;
  /** Pixels of the smallest image that may occur: no edge is shorter than the decoder makes it. */
  readonly smallestPixels: number;
  /** Pixels of all images to be written, about. */
  readonly pixels: number;
}

/** Photographs are most often 4:3. */
const usualAspect = 0.75;

/** Pixels of an image that a recipe makes, where the shapes of the photographs are not known yet. */
export function usualPixels({ size, fit }: Pick<Recipe, 'size' | 'fit'>): number {
  return size ** 2 * (fit === 'keep' ? usualAspect : 1);
}

function leastPixels({ size, fit }: Pick<Recipe, 'size' | 'fit'>): number {
  return size * (fit === 'keep' ? Math.min(minimumEdgePx, size) : size);
}

/** Whether an item still has to be made. */
export type IsPending = (item: PlanItem) => boolean;

/** An item is pending without a record; one that failed is, too, when failed ones are retried. */
export function pendingIn(records: ReadonlyMap<string, ItemRecord>, retryFailed: boolean): IsPending {
  return ({ id }) => {
    const record = records.get(id);
    return record === undefined || (retryFailed && record.status === 'failed');
  };
}

/** Evaluations of the objective that an item is planned to take: the image that is delivered is evaluated as well. */
export function evaluationsOf(item: PlanItem): number {
  return item.kind === 'original' ? 0 : item.recipe.steps + 1;
}

/** Adds up the pending items. */
export function workloadOf(items: Iterable<PlanItem>, isPending: IsPending): Workload {
  let [count, stylized, steps, pixelSteps, pixels, largestSizePx] = [0, 0, 0, 0, 0, 0];
  let smallestPixels = Number.POSITIVE_INFINITY;
  let recipe: Recipe | undefined;
  for (const item of items) {
    if (!isPending(item)) continue;
    count++;
    const itemPixels = usualPixels(item.recipe);
    pixels += itemPixels;
    if (item.kind === 'original') continue;
    stylized++;
    largestSizePx = Math.max(largestSizePx, item.recipe.size);
    smallestPixels = Math.min(smallestPixels, leastPixels(item.recipe));
    recipe ??= item.recipe;
    const evaluations = evaluationsOf(item);
    steps += evaluations;
    pixelSteps += evaluations * itemPixels;
  }
  return { items: count, stylized, steps, recipe, pixelSteps, largestSizePx, smallestPixels, pixels };
}

/** Bytes a pixel of a stylized image takes, about: measured on painted textures. */
const bytesPerPixel: Readonly<Record<ImageFormat, number>> = { jpeg: 1, webp: 0.5, png: 2.8 };

/**
 * Seconds and bytes for a workload.
 * @param msPerPixel milliseconds that a step takes for each pixel of its image, on one of the workers
 */
export function estimateWorkload(
  workload: Workload,
  { msPerPixel, workers, format }: { msPerPixel: number; workers: number; format: ImageFormat },
): { seconds: number; bytes: number } {
  const busy = Math.max(1, Math.min(workers, workload.stylized));
  return {
    seconds: (workload.pixelSteps * msPerPixel) / 1000 / busy,
    bytes: workload.pixels * bytesPerPixel[format] + workload.items * bytesPerRecord,
  };
}

/** A line of the manifest with its loss curve, and one of the metadata. */
const bytesPerRecord = 3500;
