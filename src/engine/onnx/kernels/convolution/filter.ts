/** Rearranged convolution filters. @module */

import type { Edge } from '../../graph.js';
import { arrange, permute } from '../../tracing/axis-order.js';
import type { TracedTensor } from '../../tracing/symbol.js';
import type { Trace } from '../../tracing/trace.js';
import { sliced } from '../rearrangement.js';

/**
 * Returns the filter for the gradient of a convolution: rotated by 180 degrees, with input and output channels swapped.
 * @param filter `[height, width, input, output]`
 * @returns `[input, output, height, width]` in memory
 */
export function rotatedFilter(trace: Trace, filter: TracedTensor): Edge {
  const layout = [2, 3, 0, 1];
  const dense = trace.dense(filter);
  const { constant, shape } = dense;
  if (constant) {
    return trace.initializer(constant, 'rotated', permute(shape, layout), 'float32', () =>
      constant.derive('rotated', () => rotate(constant.values as Float32Array, shape[0] * shape[1], shape)),
    );
  }
  const [height, width, input, output] = shape;
  const rotated = sliced(
    trace,
    dense,
    [height - 1, width - 1, 0, 0],
    [-1, -1, input, output],
    [-1, -1, 1, 1],
  );
  return trace.edge(rotated, layout);
}

function rotate(values: Float32Array, taps: number, shape: readonly number[]): Float32Array {
  const size = values.length / taps;
  const rotated = new Float32Array(values.length);
  for (let tap = 0; tap < taps; tap++) {
    rotated.set(values.subarray(tap * size, (tap + 1) * size), (taps - 1 - tap) * size);
  }
  return arrange(rotated, shape, [2, 3, 0, 1]);
}
