/** How a machine is shared out: processes, threads of each, items of a batch. @module */
import { availableParallelism, totalmem } from 'node:os';
import { stepBytesPerPixel } from '../../stylize/graph-memory.js';
import type { Recipe } from '../../stylize/recipe.js';

export interface Machine {
  readonly cores: number;
  readonly memoryBytes: number;
}

export interface Allocation {
  readonly workers: number;
  readonly threads: number;
  /** The most images that one worker optimizes together; see {@link imagesTogether}. */
  readonly batch: number;
}

/** What is asked for; `auto` is decided here. */
export interface AllocationWish {
  readonly workers: number | 'auto';
  readonly threads: number | 'auto';
  readonly batch: number | 'auto';
}

/** A process with its libraries, its weights in several layouts, and a graph for each kind of target. */
const processBytes = 1e9;
/** Below this many pixels a step is too small to be worth its overhead, and items are optimized together. */
const pixelsWorthAStep = 96 * 96;
const largestBatch = 8;

export function thisMachine(): Machine {
  // A container may have less than the machine; 0 means that nothing is known of a limit.
  const limitBytes = process.constrainedMemory() || Number.POSITIVE_INFINITY;
  return { cores: availableParallelism(), memoryBytes: Math.min(totalmem(), limitBytes) };
}

/**
 * How many images of a shape are optimized together. It depends on nothing but the shape, because the last digits of an
 * image depend on it: what else is left to make must not change an image.
 * @param pixels of one image
 */
export function imagesTogether(wish: AllocationWish['batch'], pixels: number): number {
  if (wish !== 'auto') return wish;
  return Math.max(1, Math.min(largestBatch, Math.floor(pixelsWorthAStep / pixels)));
}

/**
 * Shares out a machine. One thread a process is the fastest way to use cores, since processes never wait for each
 * other; fewer processes with more threads each where items are few or memory is short.
 * @param items that are left to make
 * @param recipe of the largest of them; its size decides the memory of a worker
 * @param smallestPixels of the smallest of them; the `batch` is as many of those as are optimized together
 */
export function allocate(
  machine: Machine,
  wish: AllocationWish,
  items: number,
  recipe: Pick<Recipe, 'size'>,
  smallestPixels = recipe.size ** 2,
): Allocation {
  const pixels = recipe.size ** 2;
  const batch = imagesTogether(wish.batch, smallestPixels);
  const workerBytes = processBytes + imagesTogether(wish.batch, pixels) * pixels * stepBytesPerPixel;
  const fitting = Math.max(1, Math.floor((machine.memoryBytes * 0.8) / workerBytes));
  const useful = Math.max(1, Math.ceil(items / batch));
  const workers = wish.workers === 'auto' ? Math.min(machine.cores, fitting, useful) : wish.workers;
  const threads = wish.threads === 'auto' ? Math.max(1, Math.floor(machine.cores / workers)) : wish.threads;
  return { workers, threads, batch };
}

/** What is left to images, when the system and whatever else runs have had theirs. */
const memoryShare = 0.5;

/**
 * How many bytes the graphs that a worker keeps ready may hold together: each shape of images has graphs of its own,
 * and a graph holds its filters and the memory of its features.
 */
export function graphBytesOf({ memoryBytes }: Machine, workers: number): number {
  return Math.max(0, Math.floor((memoryBytes * memoryShare) / workers - processBytes));
}
