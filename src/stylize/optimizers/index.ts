/** The optimizers, by name: a new optimizer is a file beside this one and a line here. @module */
import { adam } from './adam.js';
import { lbfgs } from './lbfgs.js';
import type { Optimizer } from './optimizer.js';

export const optimizers = { lbfgs, adam } satisfies Record<string, Optimizer>;

export type OptimizerName = keyof typeof optimizers;
export const optimizerNames = Object.keys(optimizers) as [OptimizerName, ...OptimizerName[]];
