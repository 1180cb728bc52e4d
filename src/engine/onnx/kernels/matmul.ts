/** Matrix products. @module */
import type { Named } from '../../engine.js';
import { identity, type Permutation, permute } from '../tracing/axis-order.js';
import type { TracedTensor } from '../tracing/symbol.js';
import type { Trace } from '../tracing/trace.js';
import { type Activation, finished } from './elementwise/activation.js';
import { broadcastShape, type KernelFamily, kernel } from './kernel.js';
import { matrixProduct } from './matrix-product.js';
import { transposed } from './shape.js';

/** Returns a batch of matrices in row-major order, or `flipped` (each one transposed) if that avoids moving it. */
function matrixForm(trace: Trace, tensor: TracedTensor): { edge: TracedEdge; flipped: boolean } {
  const rank = tensor.shape.length;
  const plain = identity(rank);
  const flipped = [...plain.slice(0, -2), rank - 1, rank - 2];
  const held = (layout: Permutation) =>
    tensor.forms.some((form) => form.permutation.join() === layout.join());
  if (!tensor.constant && !held(plain) && held(flipped))
    return { edge: trace.edge(tensor, flipped), flipped: true };
  return { edge: trace.edge(tensor, plain), flipped: false };
}

type TracedEdge = ReturnType<Trace['edge']>;

const swapped = (layout: Permutation): number[] => [
  ...layout.slice(0, -2),
  layout[layout.length - 1],
  layout[layout.length - 2],
];

/**
 * Records the product of two batches of matrices. Transposed operands are not moved in memory, and the result takes the
 * layout of the larger operand.
 * @param a `[..., m, k]`
 * @param b `[..., k, n]`
 */
export function product(trace: Trace, a: TracedTensor, b: TracedTensor): TracedTensor {
  const [left, right] = [trace.dense(a), trace.dense(b)];
  const [x, y] = [matrixForm(trace, left), matrixForm(trace, right)];
  const [rows, inner] = left.shape.slice(-2);
  const columns = right.shape[right.shape.length - 1];
  const shape = [...broadcastShape([left.shape.slice(0, -2), right.shape.slice(0, -2)]), rows, columns];
  const flip = rows * inner >= inner * columns ? x.flipped : y.flipped;
  const layout = flip ? swapped(identity(shape.length)) : identity(shape.length);
  const [first, second] = flip ? [y, x] : [x, y];
  const sides = { a: first.flipped !== flip, b: second.flipped !== flip };
  const edge = matrixProduct(trace, first.edge, second.edge, sides, permute(shape, layout));
  return trace.tensor(edge, shape, layout, { product: { a: left, b: right } });
}

interface Transposes {
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

function multiply(trace: Trace, { a, b }: Named<TracedTensor>, attributes: Transposes): TracedTensor {
  return product(
    trace,
    attributes.transposeA ? transposed(trace, a, swapped(identity(a.shape.length))) : a,
    attributes.transposeB ? transposed(trace, b, swapped(identity(b.shape.length))) : b,
  );
}

/** Matrix products and Einstein sums. */
export const matmul: KernelFamily = {
  constants: 'dense',
  kernels: {
    BatchMatMul: kernel<Transposes>(multiply),
    _FusedMatMul: kernel<Transposes & Activation>((trace, inputs, attributes) =>
      finished(trace, multiply(trace, inputs, attributes), inputs.bias, attributes),
    ),
    Einsum: kernel<{ equation: string }>((trace, inputs, { equation }) => {
      const operands = Object.values(inputs);
      const compact = equation.replaceAll(/\s/g, '');
      const [terms, result] = compact.split('->');
      const sizes = new Map<string, number>();
      terms.split(',').forEach((term, operand) => {
        [...term].forEach((letter, axis) => {
          sizes.set(letter, operands[operand].shape[axis]);
        });
      });
      const shape = [...result].map((letter) => sizes.get(letter) ?? 1);
      const edges = operands.map((operand) => trace.denseEdge(operand));
      return trace.tensor(
        trace.graph.add('Einsum', edges, { dimensions: shape }, { equation: compact }),
        shape,
      );
    }),
  },
};
