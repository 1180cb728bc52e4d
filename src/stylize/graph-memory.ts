/** Estimates the memory of compiled graphs, so that cached graphs stay within a limit. @module */
import type { Shape, WeightSet } from '../engine/engine.js';
import { sizeOf } from '../engine/shape.js';

/**
 * Size of a graph's filters relative to the weights. An engine can keep filters transformed for speed: turning 3x3
 * filters into 6x6 ones takes four times the memory (VGG-19 to conv5_1: 235 MB measured).
 */
const weightCopies = 4;
/** Bytes per pixel of features, gradients and optimizer state, measured for VGG-19 to conv5_1. */
export const stepBytesPerPixel = 10_000;
/** Bytes per pixel of features alone. Those of one layer are freed once the next layer is computed. */
const targetBytesPerPixel = 2_500;

const filterBytes = ({ tensors }: WeightSet): number =>
  weightCopies * 4 * Object.values(tensors).reduce((sum, { shape }) => sum + sizeOf(shape), 0);

/** Bytes of an optimization step's graph. @param image `[batch, height, width, 3]` */
export const stepGraphBytes = (weights: WeightSet, image: Shape): number =>
  filterBytes(weights) + stepBytesPerPixel * sizeOf(image.slice(0, 3));

/** Bytes of a graph that computes targets. @param image `[1, height, width, 3]` */
export const targetGraphBytes = (weights: WeightSet, image: Shape): number =>
  filterBytes(weights) + targetBytesPerPixel * sizeOf(image.slice(0, 3));

/** How the memory limit is divided. Target graphs run once per image, step graphs many times. */
export const graphShares = { steps: 0.75, targets: 0.25 } as const;
