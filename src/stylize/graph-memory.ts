/** What a compiled graph holds in memory, about: graphs that are kept ready have to fit into a bound. @module */
import type { Shape, WeightSet } from '../engine/engine.js';
import { sizeOf } from '../engine/shape.js';

/**
 * Copies of the weights in a graph: an engine that rearranges filters for speed keeps the rearranged ones, four times as
 * many numbers where 3x3 filters are made 6x6 (VGG-19 to conv5_1: 235 MB measured).
 */
const weightCopies = 4;
/** Features, gradients and optimizer state for a pixel, measured for VGG-19 to conv5_1. */
export const stepBytesPerPixel = 10_000;
/** Features alone: those of one layer are gone when the next are there. */
const targetBytesPerPixel = 2_500;

const filterBytes = ({ tensors }: WeightSet): number =>
  weightCopies * 4 * Object.values(tensors).reduce((sum, { shape }) => sum + sizeOf(shape), 0);

/** Bytes of a graph of optimization steps. @param image `[batch, height, width, 3]` */
export const stepGraphBytes = (weights: WeightSet, image: Shape): number =>
  filterBytes(weights) + stepBytesPerPixel * sizeOf(image.slice(0, 3));

/** Bytes of a graph that computes targets. @param image `[1, height, width, 3]` */
export const targetGraphBytes = (weights: WeightSet, image: Shape): number =>
  filterBytes(weights) + targetBytesPerPixel * sizeOf(image.slice(0, 3));

/** How a bound on graphs is shared out: those of targets run once an image, those of steps often. */
export const graphShares = { steps: 0.75, targets: 0.25 } as const;
