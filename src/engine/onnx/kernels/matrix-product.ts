/** Matrix products of operands that may be transposed. @module */
import type { Shape } from '../../engine.js';
import type { Edge } from '../graph.js';
import { identity } from '../tracing/axis-order.js';
import type { Trace } from '../tracing/trace.js';

function swappedAxes(trace: Trace, edge: Edge): Edge {
  const rank = edge.dimensions.length;
  const perm = [...identity(rank - 2), rank - 1, rank - 2];
  const dimensions = perm.map((axis) => edge.dimensions[axis]);
  return trace.graph.add('Transpose', [edge], { dimensions }, { perm });
}

/**
 * Records the product of two batches of matrices, `[..., m, k]` and `[..., k, n]` once the marked ones are transposed.
 * ONNX Runtime's own operator transposes while it multiplies; ONNX itself has none that does.
 * @param dimensions of the product
 */
export function matrixProduct(
  trace: Trace,
  a: Edge,
  b: Edge,
  transposed: { readonly a: boolean; readonly b: boolean },
  dimensions: Shape,
): Edge {
  if (!trace.options.ownOperators) {
    const operands = [transposed.a ? swappedAxes(trace, a) : a, transposed.b ? swappedAxes(trace, b) : b];
    return trace.graph.add('MatMul', operands, { dimensions });
  }
  const attributes = { transA: transposed.a ? 1 : 0, transB: transposed.b ? 1 : 0 };
  return trace.graph.add('FusedMatMul', [a, b], { dimensions }, attributes, 'com.microsoft');
}
