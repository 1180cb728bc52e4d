/** Arithmetic on shapes. @module */
import type { Shape } from './engine.js';

/** The number of elements of a tensor; 1 for a scalar. */
export function sizeOf(shape: Shape): number {
  return shape.reduce((product, length) => product * length, 1);
}
