/** How a machine is shared out: processes, threads of each, items of a batch. @module */
import { availableParallelism, freemem } from 'node:os';
import { type auto, orAuto } from '../../auto.js';
import { stepBytesPerPixel } from '../../stylize/graph-memory.js';

export interface Machine {
  readonly cores: number;
  /** What nobody uses at present. */
  readonly freeBytes: number;
}

export interface Allocation {
  readonly workers: number;
  readonly threads: number;
  /** The most images that one worker optimizes together; see {@link imagesTogether}. */
  readonly batch: number;
}

/** What a job asks for; `auto` is decided here. */
export interface AllocationWish {
  readonly workers: number | typeof auto;
  readonly threads: number | typeof auto;
  readonly batch: number | typeof auto;
}

/** A process with its libraries, its weights in several layouts, and a graph for each kind of target. */
const processBytes = 1e9;
/** Below this many pixels a step is too small to be worth its overhead, and items are optimized together. */
const pixelsWorthAStep = 96 * 96;
const largestBatch = 8;

/** This machine, or the share of it that a container may use. */
export function thisMachine(): Machine {
  return { cores: availableParallelism(), freeBytes: process.availableMemory?.() ?? freemem() };
}

/** Bytes that a worker takes, about. @param sizePx long edge of the largest image */
export function workerBytes(batch: AllocationWish['batch'], sizePx: number): number {
  const pixels = sizePx ** 2;
  return processBytes + imagesTogether(batch, pixels) * pixels * stepBytesPerPixel;
}

/**
 * How many images of a shape are optimized together. It depends on nothing but the shape, because the last digits of an
 * image depend on it: what else is left to make must not change an image.
 * @param pixels of one image
 */
export function imagesTogether(wish: AllocationWish['batch'], pixels: number): number {
  return orAuto(wish, () => Math.max(1, Math.min(largestBatch, Math.floor(pixelsWorthAStep / pixels))));
}

/**
 * Shares out a machine. One thread a process is the fastest way to use cores, since processes never wait for each
 * other; fewer processes with more threads each where items are few or memory is short.
 * @param items to make
 * @param sizePx long edge of the largest; decides the memory of a worker
 * @param smallestPixels of the smallest; `batch` is how many of those are made together
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
  const workers = orAuto(wish.workers, () => Math.min(machine.cores, fitting, useful));
  const threads = orAuto(wish.threads, () => Math.max(1, Math.floor(machine.cores / workers)));
  return { workers, threads, batch };
}

/** What is left to images, when the system and whatever else runs have had theirs. */
const memoryShare = 0.5;

/**
 * How many bytes the graphs that a worker keeps ready may hold together: each shape of images has graphs of its own,
 * and a graph holds its filters and the memory of its features.
 */
export function graphBytesOf({ freeBytes }: Machine, workers: number): number {
  return Math.max(0, Math.floor((freeBytes * memoryShare) / workers - processBytes));
}
