/** Estimates the memory of compiled graphs, so that cached graphs stay within a limit. @module */
import type { Shape, WeightSet } from '../engine/engine.js';
import { sizeOf } from '../engine/shape.js';

/** Size of a graph's filters relative to the weights (measured for VGG-19: 105 MB, of 80). */
const weightCopies = 1.5;
/** Bytes per pixel that a worker needs for a step: features, gradients and optimizer state, measured for VGG-19. */
export const stepBytesPerPixel = 10_000;
/** Bytes per pixel that a graph keeps between two steps (measured: 2,440 for VGG-19, 2,000 for compact). */
const keptBytesPerPixel = 2_500;
/** The same for a graph that computes targets (measured: 3,200 for VGG-19, 700 for compact). */
const keptTargetBytesPerPixel = 2_500;

const filterBytes = ({ tensors }: WeightSet): number =>
  weightCopies * 4 * Object.values(tensors).reduce((sum, { shape }) => sum + sizeOf(shape), 0);

/** Bytes of an optimization step's graph. @param image `[batch, height, width, 3]` */
export const stepGraphBytes = (weights: WeightSet, image: Shape): number =>
  filterBytes(weights) + keptBytesPerPixel * sizeOf(image.slice(0, 3));

/** Bytes of a graph that computes targets. @param image `[1, height, width, 3]` */
export const targetGraphBytes = (weights: WeightSet, image: Shape): number =>
  filterBytes(weights) + keptTargetBytesPerPixel * sizeOf(image.slice(0, 3));

/** How the memory limit is divided. Target graphs run once per image, step graphs many times. */
export const graphShares = { steps: 0.75, targets: 0.25 } as const;
