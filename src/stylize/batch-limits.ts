/** Batches that did not fit into memory are halved. @module */
import type { WildstyleError } from '../errors.js';

/** What the runtimes say when memory runs out: ONNX Runtime, CUDA, DirectML, WebGPU, OpenVINO, TensorFlow, C++, JavaScript. */
const shortMemory = new RegExp(
  [
    'out of (\\w+ )?memory',
    '\\bOOM\\b',
    'OUTOFMEMORY',
    'failed to allocate',
    'cannot allocate',
    'bad[ _]alloc',
    'ALLOC_FAILED',
    'allocation failed',
    'resource exhausted',
    'not enough memory',
    'CUDA failure 2\\b',
  ].join('|'),
  'i',
);

/** Whether a text says that memory ran out. */
export function saysOutOfMemory(text: string): boolean {
  return shortMemory.test(text);
}

/** Whether an error of an engine means that memory ran out. */
export function isOutOfMemory(error: unknown): boolean {
  if (error instanceof RangeError) return /allocation|array length|buffer/i.test(error.message);
  if (!(error instanceof Error)) return false;
  return saysOutOfMemory(error.message) || isOutOfMemory((error as WildstyleError).cause);
}

/** The largest batch sizes that are known to be too large for memory, by kind of batch. */
export class BatchLimits {
  readonly #limits = new Map<string, number>();

  /** The wished size, or less where that did not fit. */
  of(batchKey: string, wished: number): number {
    return Math.min(wished, this.#limits.get(batchKey) ?? wished);
  }

  /**
   * Halves the size of a kind of batch after an error.
   * @param size the size that failed
   * @returns false if the error is another one, or the batch cannot be smaller
   */
  halveAfter(error: unknown, batchKey: string, size: number): boolean {
    if (size <= 1 || !isOutOfMemory(error)) return false;
    this.#limits.set(batchKey, Math.floor(size / 2));
    return true;
  }
}
