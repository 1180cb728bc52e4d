/** Weights as constants of traced graphs. @module */
import type { HostTensor, Named, WeightSet } from '../engine.js';
import { checkTensor } from '../values.js';
import { Constant } from './tracing/symbol.js';

/** Wraps a weight tensor. Its data is read only when a function uses it. */
const constantOf = (host: HostTensor): Constant =>
  new Constant(() => {
    checkTensor(host);
    return host.data;
  }, host.shape);

/** The constants of each set of weights, with their rearranged copies: all graphs of an engine share them. */
export class SharedConstants {
  readonly #sets = new Map<string, Named<Constant>>();

  of({ digest, tensors }: WeightSet): Named<Constant> {
    let constants = this.#sets.get(digest);
    if (!constants) {
      constants = Object.fromEntries(Object.entries(tensors).map(([name, host]) => [name, constantOf(host)]));
      this.#sets.set(digest, constants);
    }
    return constants;
  }

  clear(): void {
    this.#sets.clear();
  }
}
