/** The part of a plan that is left to make: items, their cost and a representative recipe. @module */
import { type WindowsNeeded, windowsNeeded, windowsOf } from '../../calendar/window.js';
import type { ItemRecord } from '../../dataset/ledger/record.js';
import { leastPixels, usualPixels } from '../../images/fit.js';
import type { ImageFormat } from '../../images/format.js';
import type { Job } from '../../job/schema.js';
import { methodOf, type ResolvedRecipe } from '../../methods/index.js';
import type { Cost } from '../../methods/method.js';
import type { PlanItem } from '../../plan/item.js';
import { overviewBytes } from '../finish/overview-bytes.js';
import { noOverviews, type OverviewWishes } from '../finish/overviews.js';

export interface Workload extends Cost {
  /** Number of pending items. */
  readonly items: number;
  readonly stylized: number;
  /** The first recipe with steps; undefined if there is none. */
  readonly recipe: ResolvedRecipe | undefined;
  /** Steps times pixels of the item that takes longest. */
  readonly largestPixelSteps: number;
  /** Long edge of the largest image; determines the required memory. */
  readonly largestSizePx: number;
  /** Pixels of the smallest possible image, given the decoder's minimum edge length. */
  readonly smallestPixels: number;
  /** Approximate pixels of all images to write. */
  readonly pixels: number;
}

/** Returns whether an item is left to make. */
export type IsPending = (item: PlanItem) => boolean;

/** Items without a record are pending; with `retryFailed`, failed items are too. */
export function pendingIn(
  records: { get(id: string): Pick<ItemRecord, 'status'> | undefined },
  retryFailed: boolean,
): IsPending {
  return ({ id }) => {
    const record = records.get(id);
    return record === undefined || (retryFailed && record.status === 'failed');
  };
}

const noCost: Cost = { steps: 0, pixelSteps: 0 };

/** Returns the planned cost of an item. */
export function costOf(item: PlanItem): Cost {
  return item.kind === 'original' ? noCost : methodOf(item.recipe).cost(item.recipe);
}

/** Adds up the pending items. */
export function workloadOf(items: Iterable<PlanItem>, isPending: IsPending): Workload {
  let [count, stylized, steps, pixelSteps, pixels, largestSizePx, largestPixelSteps] = [0, 0, 0, 0, 0, 0, 0];
  let smallestPixels = Number.POSITIVE_INFINITY;
  let recipe: ResolvedRecipe | undefined;
  for (const item of items) {
    if (!isPending(item)) continue;
    const { size: sizePx, fit } = item.recipe;
    count++;
    pixels += usualPixels({ sizePx, fit });
    if (item.kind === 'original') continue;
    stylized++;
    const { smallestPx, largestPx } = methodOf(item.recipe).sizeRange(item.recipe);
    largestSizePx = Math.max(largestSizePx, largestPx);
    smallestPixels = Math.min(smallestPixels, leastPixels({ sizePx: smallestPx, fit }));
    const cost = costOf(item);
    steps += cost.steps;
    pixelSteps += cost.pixelSteps;
    largestPixelSteps = Math.max(largestPixelSteps, cost.pixelSteps);
    if (cost.steps > 0) recipe ??= item.recipe;
  }
  return {
    items: count,
    stylized,
    steps,
    recipe,
    pixelSteps,
    largestPixelSteps,
    largestSizePx,
    smallestPixels,
    pixels,
  };
}

/** Adds up the first pending items. */
export function workloadOfFirst(items: Iterable<PlanItem>, isPending: IsPending, most: number): Workload {
  return workloadOf(firstOf(items, isPending, most), () => true);
}

function* firstOf(items: Iterable<PlanItem>, isPending: IsPending, most: number): Generator<PlanItem> {
  let left = most;
  for (const item of items) {
    if (left === 0) return;
    if (!isPending(item)) continue;
    left--;
    yield item;
  }
}

/** Approximate bytes per pixel of a stylized image, measured on painted textures. */
const bytesPerPixel: Readonly<Record<ImageFormat, number>> = { jpeg: 1, webp: 0.5, png: 2.8 };
/** A line of the manifest, including the loss curve, plus a line of the metadata. */
const bytesPerRecord = 5000;

/**
 * Estimates the seconds and bytes for a workload.
 * @param msPerPixel milliseconds per step and pixel, on one of the workers
 * @param overviews which overviews the run ends with, by default none; they show `shown` images, by default those of the workload
 */
export function estimateWorkload(
  workload: Workload,
  {
    msPerPixel,
    workers,
    format,
    overviews = noOverviews,
    shown = workload.items,
  }: {
    msPerPixel: number;
    workers: number;
    format: ImageFormat;
    overviews?: OverviewWishes;
    shown?: number;
  },
): { seconds: number; bytes: number } {
  const busy = Math.max(1, Math.min(workers, workload.stylized));
  const stylizedShown = Math.ceil((shown * workload.stylized) / Math.max(1, workload.items));
  const images = workload.pixels * bytesPerPixel[format] + workload.items * bytesPerRecord;
  return {
    seconds: (workload.pixelSteps * msPerPixel) / 1000 / busy,
    bytes: images + overviewBytes(stylizedShown, shown, overviews),
  };
}

/** Divides an estimate among the windows of a job. @returns an empty object if the job may always run */
export function estimateWindows(
  { window }: Job['run'],
  seconds: number,
  nowMs: number,
): { windows?: WindowsNeeded } {
  const open = windowsOf(window);
  const windows = open && windowsNeeded(open, nowMs, seconds * 1000);
  return windows ? { windows } : {};
}
