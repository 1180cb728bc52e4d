/**
 * Memory layouts as pure arithmetic. A permutation describes the memory layout of a tensor: physical axis `i` holds
 * logical axis `permutation[i]`, so channels-first images are `[0, 3, 1, 2]`. Axes of size 1 do not affect the order of
 * elements in memory, so they are ignored when layouts are compared.
 * @module
 */
import type { Shape } from '../../engine.js';

/** A memory layout: the logical axis held by each physical axis. */
export type Permutation = readonly number[];

/** The layout of images in convolutions: NCHW. */
export const channelsFirst: Permutation = [0, 3, 1, 2];

/** Row-major order: no axis moves. */
export const identity = (rank: number): Permutation => Array.from({ length: rank }, (_, axis) => axis);

/** The layout of the inputs and outputs of a compiled function, by rank. */
export const boundaryLayout = (rank: number): Permutation => (rank === 4 ? channelsFirst : identity(rank));

/** Returns the physical dimensions of a logical shape. */
export const permute = (shape: Shape, permutation: Permutation): number[] =>
  permutation.map((axis) => shape[axis]);

/** Returns the inverse permutation: for each logical axis, the physical axis that holds it. */
export function invert(permutation: Permutation): number[] {
  const inverse: number[] = new Array(permutation.length).fill(0);
  permutation.forEach((axis, index) => {
    inverse[axis] = index;
  });
  return inverse;
}

/** Whether two shapes (or two permutations) are equal. */
export const sameShape = (a: Shape, b: Shape): boolean =>
  a.length === b.length && a.every((dimension, axis) => dimension === b[axis]);

/** The axes larger than 1, in memory order. */
const occupied = (shape: Shape, permutation: Permutation): number[] =>
  permutation.filter((axis) => shape[axis] !== 1);

/** Whether both layouts store the elements in the same order. */
export const sameMemory = (shape: Shape, a: Permutation, b: Permutation): boolean =>
  sameShape(occupied(shape, a), occupied(shape, b));

interface Group {
  readonly from: number[];
  readonly to: number[];
}

/** Splits two shapes of equal size into the shortest runs of axes with equal products. */
function matchingGroups(from: Shape, to: Shape): Group[] {
  const fromAxes = occupied(from, identity(from.length));
  const toAxes = occupied(to, identity(to.length));
  const groups: Group[] = [];
  while (fromAxes.length > 0 && toAxes.length > 0) {
    const group: Group = { from: [fromAxes.shift() as number], to: [toAxes.shift() as number] };
    let fromSize = from[group.from[0]] as number;
    let toSize = to[group.to[0]] as number;
    while (fromSize !== toSize) {
      const [axes, shape, taken] = fromSize < toSize ? [fromAxes, from, group.from] : [toAxes, to, group.to];
      const axis = axes.shift();
      if (axis === undefined) return [];
      taken.push(axis);
      if (taken === group.from) fromSize *= shape[axis];
      else toSize *= shape[axis];
    }
    groups.push(group);
  }
  return groups;
}

/** Inserts the axes of size 1, each right after the logical axis that precedes it. */
function withUnitAxes(order: readonly number[], shape: Shape): Permutation {
  const result = [...order];
  shape.forEach((dimension, axis) => {
    if (dimension === 1) result.splice(axis === 0 ? 0 : result.indexOf(axis - 1) + 1, 0, axis);
  });
  return result;
}

/**
 * Returns the layout of a tensor after a reshape that moves nothing in memory.
 * @returns undefined if the reshape has to move elements
 */
export function reshapedLayout(from: Shape, permutation: Permutation, to: Shape): Permutation | undefined {
  if (sameShape(from, to)) return permutation;
  const groups = matchingGroups(from, to);
  const order = occupied(from, permutation);
  const result: number[] = [];
  for (let index = 0; index < order.length; ) {
    const group = groups.find((candidate) => candidate.from[0] === order[index]);
    if (!group?.from.every((axis, offset) => order[index + offset] === axis)) return undefined;
    result.push(...group.to);
    index += group.from.length;
  }
  return withUnitAxes(result, to);
}

type Numbers = Float32Array | Int32Array | Uint8Array;

/** Converts a row-major array to the given layout. @returns the array itself if nothing has to move */
export function arrange<T extends Numbers>(data: T, shape: Shape, permutation: Permutation): T {
  if (sameMemory(shape, permutation, identity(shape.length))) return data;
  const result = data.slice() as T;
  const dimensions = permute(shape, permutation);
  const logicalStrides: number[] = new Array(shape.length).fill(1);
  for (let axis = shape.length - 2; axis >= 0; axis--) {
    logicalStrides[axis] = logicalStrides[axis + 1] * shape[axis + 1];
  }
  const strides = permute(logicalStrides, permutation);
  const innerSize = dimensions.at(-1) as number;
  const innerStride = strides.at(-1) as number;
  const index: number[] = new Array(shape.length).fill(0);
  for (let target = 0, source = 0; target < result.length; ) {
    for (let inner = 0; inner < innerSize; inner++) {
      result[target++] = data[source + inner * innerStride];
    }
    for (let axis = shape.length - 2; axis >= 0; axis--) {
      source += strides[axis];
      index[axis] = index[axis] + 1;
      if (index[axis] < dimensions[axis]) break;
      source -= strides[axis] * dimensions[axis];
      index[axis] = 0;
    }
  }
  return result;
}

/** The inverse of {@link arrange}: converts an array in the given layout to row-major order. */
export const restore = <T extends Numbers>(data: T, shape: Shape, permutation: Permutation): T =>
  arrange(data, permute(shape, permutation), invert(permutation));
