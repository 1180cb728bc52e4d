/** The optimizers by name. To add one, create a file next to this one and add a line here. @module */
import { adam } from './adam.js';
import { averaged } from './averaged.js';
import { lbfgs, lbfgsOf } from './lbfgs.js';
import type { Optimizer } from './optimizer.js';
import { rmsprop } from './rmsprop.js';
import { sgd } from './sgd.js';

export const optimizers = { lbfgs, adam, sgd, rmsprop } satisfies Record<string, Optimizer>;

export type OptimizerName = keyof typeof optimizers;
export const optimizerNames = Object.keys(optimizers) as [OptimizerName, ...OptimizerName[]];

/** An optimizer and the settings that change its compiled step. */
export interface OptimizerChoice {
  readonly name: OptimizerName;
  /** Number of pairs that `lbfgs` remembers. Default: that of the optimizer. */
  readonly history?: number;
  /** Whether a first-order optimizer delivers the average of its iterates. Default: no. */
  readonly averages?: boolean;
}

/** Makes an optimizer with its settings. Settings that it does not have are ignored. */
export function optimizerOf({ name, history, averages = false }: OptimizerChoice): Optimizer {
  const { defaults }: Optimizer = optimizers[name];
  if (defaults.history !== undefined) {
    return history === undefined || history === defaults.history ? optimizers[name] : lbfgsOf(history);
  }
  return averages && defaults.average !== undefined ? averaged(optimizers[name]) : optimizers[name];
}

/** Equal for choices with equal steps. */
export function optimizerKey({ name, history, averages = false }: OptimizerChoice): string {
  const { defaults }: Optimizer = optimizers[name];
  const pairs = defaults.history === undefined ? '' : `${history ?? defaults.history}`;
  return `${name}${pairs}${averages && defaults.average !== undefined ? ' averaged' : ''}`;
}
