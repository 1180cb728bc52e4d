/**
 * A bounded LRU cache of values that are created asynchronously. Concurrent requests for a key share one creation.
 * @module
 */
import { LRUCache } from 'lru-cache';

/** Options of an {@link AsyncCache}. */
export interface AsyncCacheOptions<T> {
  /** Maximum total size of the values. */
  readonly maxSize: number;
  /** Returns the size of a value; 1 by default, so that `maxSize` is a count. */
  readonly sizeOf?: (value: T) => number;
  /** Called with each value that is evicted or deleted. */
  readonly dispose?: (value: T) => void;
}

/** A cache that evicts the least recently used values first. Values larger than `maxSize` are never cached. */
export class AsyncCache<T extends object> {
  readonly #values: LRUCache<string, T>;
  readonly #inProgress = new Map<string, Promise<T>>();

  constructor({ maxSize, sizeOf = () => 1, dispose }: AsyncCacheOptions<T>) {
    this.#values = new LRUCache({
      maxSize,
      sizeCalculation: (value) => Math.max(1, sizeOf(value)),
      ...(dispose && { dispose: (value: T) => dispose(value) }),
    });
  }

  /** Returns the value for the key, creating it if it is missing. Failures are not cached. */
  get(key: string, make: () => Promise<T>): Promise<T> {
    const known = this.#values.get(key);
    if (known) return Promise.resolve(known);
    const running = this.#inProgress.get(key);
    if (running) return running;
    const pending = make()
      .then((value) => {
        this.#values.set(key, value);
        return value;
      })
      .finally(() => this.#inProgress.delete(key));
    this.#inProgress.set(key, pending);
    return pending;
  }

  delete(key: string): void {
    this.#values.delete(key);
  }

  clear(): void {
    this.#values.clear();
  }
}
