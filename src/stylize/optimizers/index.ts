/** The optimizers by name. To add one, create a file next to this one and add a line here. @module */
import { adam } from './adam.js';
import { lbfgs } from './lbfgs.js';
import type { Optimizer } from './optimizer.js';

export const optimizers = { lbfgs, adam } satisfies Record<string, Optimizer>;

export type OptimizerName = keyof typeof optimizers;
export const optimizerNames = Object.keys(optimizers) as [OptimizerName, ...OptimizerName[]];
