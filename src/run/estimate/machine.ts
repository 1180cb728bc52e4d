/** Allocates the machine: number of processes, threads per process, images per batch. @module */
import { availableParallelism, freemem } from 'node:os';
import { type auto, orAuto } from '../../auto.js';
import { stepBytesPerPixel } from '../../stylize/graph-memory.js';

export interface Machine {
  readonly cores: number;
  /** Memory that is currently free. */
  readonly freeBytes: number;
}

export interface Allocation {
  readonly workers: number;
  readonly threads: number;
  /** Maximum number of images that one worker optimizes together; see {@link imagesTogether}. */
  readonly batch: number;
}

/** The settings in the job; this module resolves `auto`. */
export interface AllocationWish {
  /** The number of GPUs that the workers share; 0 or missing if they compute on the processor. */
  readonly gpus?: number;
  readonly workers: number | typeof auto;
  readonly threads: number | typeof auto;
  readonly batch: number | typeof auto;
}

/** Memory of a process with its libraries, the weights in several layouts, and a graph for each kind of target. */
const processBytes = 1e9;
/** For images with fewer pixels than this, the overhead of a step dominates, so they are optimized together. */
const pixelsWorthAStep = 96 * 96;
const largestBatch = 8;

/** Returns the resources of this machine, or of its container. */
export function thisMachine(): Machine {
  return { cores: availableParallelism(), freeBytes: process.availableMemory?.() ?? freemem() };
}

/** Returns the approximate memory of a worker in bytes. @param sizePx long edge of the largest image */
export function workerBytes(batch: AllocationWish['batch'], sizePx: number): number {
  const pixels = sizePx ** 2;
  return processBytes + imagesTogether(batch, pixels) * pixels * stepBytesPerPixel;
}

/**
 * Returns how many images of a shape are optimized together. This depends only on the shape: the batch size affects the
 * last digits of an image, so it must not depend on which other items are left.
 * @param pixels number of pixels of one image
 */
export function imagesTogether(wish: AllocationWish['batch'], pixels: number): number {
  return orAuto(wish, () => Math.max(1, Math.min(largestBatch, Math.floor(pixelsWorthAStep / pixels))));
}

/**
 * Allocates the machine to workers. Many processes with one thread each use the cores best, since processes never wait
 * for each other. With few items or little memory, uses fewer processes with more threads. Each GPU gets one process.
 * @param items number of items to make
 * @param sizePx long edge of the largest image; determines the memory of a worker
 * @param smallestPixels pixels of the smallest image; determines `batch`
 */
export function allocate(
  machine: Machine,
  wish: AllocationWish,
  items: number,
  sizePx: number,
  smallestPixels = sizePx ** 2,
): Allocation {
  const batch = imagesTogether(wish.batch, smallestPixels);
  const fitting = Math.max(1, Math.floor((machine.freeBytes * 0.8) / workerBytes(wish.batch, sizePx)));
  const useful = Math.max(1, Math.ceil(items / batch));
  // Two processes on a GPU would only take turns.
  const most = wish.gpus ? wish.gpus : Math.min(machine.cores, fitting);
  const workers = orAuto(wish.workers, () => Math.min(most, useful));
  const threads = orAuto(wish.threads, () => Math.max(1, Math.floor(machine.cores / workers)));
  return { workers, threads, batch };
}

/** More graphs than fit into this save little time: a graph costs less than a tenth of an image. */
const mostGraphBytes = 0.8e9;
/** Share of the free memory to use; the rest is left to the system and other programs. */
const memoryShare = 0.5;

/**
 * Returns the memory limit in bytes for the compiled graphs that a worker keeps. Each image shape has its own graphs, and
 * a graph holds its filters and the memory of its features.
 */
export function graphBytesOf({ freeBytes }: Machine, workers: number): number {
  const freeForGraphs = Math.floor((freeBytes * memoryShare) / workers - processBytes);
  return Math.max(0, Math.min(mostGraphBytes, freeForGraphs));
}
