/** Comparisons, logic and selection. @module */
import type { TracedTensor } from '../../tracing/symbol.js';
import type { Trace } from '../../tracing/trace.js';
import { elementwise, type Kernel, type KernelFamily } from '../kernel.js';
import { cast } from './unary.js';

function compare(trace: Trace, operator: string, a: TracedTensor, b: TracedTensor): TracedTensor {
  return elementwise(trace, [a, b], (edges, dimensions) =>
    trace.graph.add(operator, edges, { dimensions, type: 'bool' }),
  );
}

const direct =
  (operator: string): Kernel =>
  (trace, { a, b }) =>
    compare(trace, operator, a, b);

const notEqual: Kernel = (trace, { a, b }) =>
  elementwise(trace, [a, b], (edges, dimensions) => {
    const bool = { dimensions, type: 'bool' } as const;
    return trace.graph.add('Not', [trace.graph.add('Equal', edges, bool)], bool);
  });

/** ONNX Runtime's Where does not support booleans, so they are selected as integers. */
const select: Kernel = (trace, { condition, t, e }) => {
  if (t.type === 'bool') {
    const asNumbers = { condition, t: cast(trace, t, 'int32'), e: cast(trace, e, 'int32') };
    return cast(trace, select(trace, asNumbers, {}) as TracedTensor, 'bool');
  }
  return elementwise(trace, [condition, t, e], (edges, dimensions) =>
    trace.graph.add('Where', edges, { dimensions, type: t.type }),
  );
};

/** Comparisons and logic. */
export const comparison: KernelFamily = {
  constants: 'elementwise',
  kernels: {
    Equal: direct('Equal'),
    NotEqual: notEqual,
    Greater: direct('Greater'),
    GreaterEqual: direct('GreaterOrEqual'),
    Less: direct('Less'),
    LessEqual: direct('LessOrEqual'),
    LogicalAnd: direct('And'),
    LogicalOr: direct('Or'),
  },
};

/** Selection by a condition. */
export const choice: KernelFamily = { constants: 'dense', kernels: { Select: select } };
