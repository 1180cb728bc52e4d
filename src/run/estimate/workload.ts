/** What is left to make of a plan: items, their cost, and a recipe that stands for all. @module */
import type { ItemRecord } from '../../dataset/ledger/record.js';
import { leastPixels, usualPixels } from '../../images/fit.js';
import type { ImageFormat } from '../../images/format.js';
import { methodOf, type ResolvedRecipe } from '../../methods/index.js';
import type { Cost } from '../../methods/method.js';
import type { PlanItem } from '../../plan/item.js';

export interface Workload extends Cost {
  /** Items without a record. */
  readonly items: number;
  readonly stylized: number;
  /** The first recipe that takes steps; undefined when there is none. */
  readonly recipe: ResolvedRecipe | undefined;
  /** Long edge of the largest image: memory must suffice for it. */
  readonly largestSizePx: number;
  /** Pixels of the smallest image that may occur: no edge is shorter than the decoder makes it. */
  readonly smallestPixels: number;
  /** Pixels of all images to write, about. */
  readonly pixels: number;
}

/** Whether an item still has to be made. */
export type IsPending = (item: PlanItem) => boolean;

/** An item without a record is pending; so is a failed one when failed items are retried. */
export function pendingIn(records: ReadonlyMap<string, ItemRecord>, retryFailed: boolean): IsPending {
  return ({ id }) => {
    const record = records.get(id);
    return record === undefined || (retryFailed && record.status === 'failed');
  };
}

const noCost: Cost = { steps: 0, pixelSteps: 0 };

/** What an item is planned to cost. */
export function costOf(item: PlanItem): Cost {
  return item.kind === 'original' ? noCost : methodOf(item.recipe).cost(item.recipe);
}

/** Adds up the pending items. */
export function workloadOf(items: Iterable<PlanItem>, isPending: IsPending): Workload {
  let [count, stylized, steps, pixelSteps, pixels, largestSizePx] = [0, 0, 0, 0, 0, 0];
  let smallestPixels = Number.POSITIVE_INFINITY;
  let recipe: ResolvedRecipe | undefined;
  for (const item of items) {
    if (!isPending(item)) continue;
    const { size: sizePx, fit } = item.recipe;
    count++;
    pixels += usualPixels({ sizePx, fit });
    if (item.kind === 'original') continue;
    stylized++;
    largestSizePx = Math.max(largestSizePx, methodOf(item.recipe).largestSizePx(item.recipe));
    smallestPixels = Math.min(smallestPixels, leastPixels({ sizePx, fit }));
    const cost = costOf(item);
    steps += cost.steps;
    pixelSteps += cost.pixelSteps;
    if (cost.steps > 0) recipe ??= item.recipe;
  }
  return { items: count, stylized, steps, recipe, pixelSteps, largestSizePx, smallestPixels, pixels };
}

/** Bytes that a pixel of a stylized image takes, about: measured on painted textures. */
const bytesPerPixel: Readonly<Record<ImageFormat, number>> = { jpeg: 1, webp: 0.5, png: 2.8 };
/** A line of the manifest with its loss curve, and one of the metadata. */
const bytesPerRecord = 5000;

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
