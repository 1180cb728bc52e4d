/** Shape arithmetic. @module */
import type { Shape } from './engine.js';

/** The number of elements of a tensor with this shape: the product of its dimensions, 1 for a scalar. */
export const sizeOf = (shape: Shape): number => shape.reduce((size, dimension) => size * dimension, 1);
