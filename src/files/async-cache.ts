/** A bounded cache of things that take a while to make; each is made once, however many ask for it. @module */
import { LRUCache } from 'lru-cache';

export interface AsyncCacheOptions<T> {
  /** Bound on the sum of sizes. */
  readonly maxSize: number;
  /** Size of a value; 1 by default, which makes `maxSize` a count. */
  readonly sizeOf?: (value: T) => number;
  /** Called with what falls out. */
  readonly dispose?: (value: T) => void;
}

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

  /** The value under the key, made when it is not there. A failure is not remembered. */
  get(key: string, make: () => Promise<T>): Promise<T> {
    const known = this.#values.get(key);
    if (known) return Promise.resolve(known);
    const running = this.#inProgress.get(key);
    if (running) return running;
    const making = make()
      .then((value) => {
        this.#values.set(key, value);
        return value;
      })
      .finally(() => this.#inProgress.delete(key));
    this.#inProgress.set(key, making);
    return making;
  }

  delete(key: string): void {
    this.#values.delete(key);
  }

  clear(): void {
    this.#values.clear();
  }
}
