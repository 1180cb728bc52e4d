/** The gradient of a Winograd convolution with respect to its filter: the adjoint of `winograd.ts`. @module */

import type { Edge } from '../../graph.js';
import { identity } from '../../tracing/axis-order.js';
import type { TracedTensor } from '../../tracing/symbol.js';
import type { Trace } from '../../tracing/trace.js';
import type { Geometry } from '../geometry.js';
import {
  alongBothAxes,
  analyzed,
  constant,
  filterTransform,
  gathered,
  outputs,
  outputTransform,
  places,
  product,
  tilesOf,
  transforms,
} from './winograd.js';

const pixels = outputs * outputs;

/** Row indices into the padded output gradient, ordered by position, then image, then tile. */
function outputTileRows(batch: number, tiles: readonly [number, number]): Int32Array {
  const rows = new Int32Array(pixels * batch * tiles[0] * tiles[1]);
  let index = 0;
  for (let place = 0; place < pixels; place++) {
    const [down, right] = [Math.floor(place / outputs), place % outputs];
    for (let row = 0; row < batch * tiles[0]; row++) {
      for (let x = 0; x < tiles[1]; x++)
        rows[index++] = ((row * outputs + down) * tiles[1] + x) * outputs + right;
    }
  }
  return rows;
}

/** The adjoint of the output transform: `[batch, height, width, channels]` to `[36, batch * tiles, channels]`. */
function spreadGradient(trace: Trace, dy: Edge, g: Geometry): Edge {
  const [batch, height, width, channels] = dy.dimensions;
  const tiles = tilesOf(g);
  const padded: [number, number] = [outputs * tiles[0], outputs * tiles[1]];
  const isWhole = padded[0] === height && padded[1] === width;
  const pads = trace.integers([0, 0, 0, 0, 0, padded[0] - height, padded[1] - width, 0]);
  const image = isWhole
    ? dy
    : trace.graph.add('Pad', [dy, pads], { dimensions: [batch, ...padded, channels] });
  const count = batch * tiles[0] * tiles[1];
  const rows = constant(trace, `output tiles ${batch} ${tiles}`, [pixels * count], () =>
    outputTileRows(batch, tiles),
  );
  const tile = gathered(trace, trace.reshape(image, [batch * padded[0] * padded[1], channels]), rows);
  const matrix = constant(trace, 'output adjoint', [places, pixels], () =>
    alongBothAxes(adjoint(outputTransform)),
  );
  const flat = trace.reshape(tile, [pixels, count * channels]);
  return trace.reshape(product(trace, matrix, flat, [places, count * channels]), [places, count, channels]);
}

const adjoint = (matrix: readonly (readonly number[])[]): number[][] =>
  matrix[0].map((_, column) => matrix.map((row) => row[column]));

/**
 * Records the gradient of a convolution with respect to its filter: the adjoint of each transform, and one matrix
 * product for each position. The transformed input is that of the forward pass.
 * @returns `[3, 3, input, output]`
 */
export function winogradFilterGradient(
  trace: Trace,
  x: TracedTensor,
  dy: TracedTensor,
  g: Geometry,
): TracedTensor {
  const input = analyzed(trace, trace.denseEdge(x), g, transforms(false).input, false);
  const gradient = spreadGradient(trace, trace.denseEdge(dy), g);
  const [from, to] = [input.dimensions[2], gradient.dimensions[2]];
  const products = trace.graph.add(
    'FusedMatMul',
    [input, gradient],
    { dimensions: [places, from, to] },
    { transA: 1, transB: 0 },
    'com.microsoft',
  );
  const matrix = constant(trace, 'filter adjoint', [9, places], () =>
    alongBothAxes(adjoint(filterTransform)),
  );
  const taps = product(trace, matrix, trace.reshape(products, [places, from * to]), [9, from * to]);
  return trace.tensor(trace.reshape(taps, [3, 3, from, to]), [3, 3, from, to], identity(4));
}
