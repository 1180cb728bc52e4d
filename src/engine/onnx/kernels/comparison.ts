/** Comparisons, logic, and choices. @module */
import { splatValue, type TracedTensor } from '../symbol.js';
import type { Trace } from '../trace.js';
import { elementwise, type Kernel, type KernelFamily } from './kernel.js';

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

/** The condition may have only the first axis; it then chooses whole rows. */
const select: Kernel = (trace, { condition, t, e }) => {
  const rows = condition.shape.length === 1 && t.shape.length > 1;
  const shape = rows ? [condition.shape[0], ...t.shape.slice(1).map(() => 1)] : condition.shape;
  let chooser = condition;
  if (rows) {
    const splat = splatValue(condition);
    chooser =
      splat === undefined
        ? trace.tensor(trace.reshape(trace.denseEdge(condition), shape), shape)
        : trace.splat(splat, shape, 'bool');
  }
  return elementwise(trace, [chooser, t, e], (edges, dimensions) =>
    trace.graph.add('Where', edges, { dimensions, type: t.type }),
  );
};

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

export const choice: KernelFamily = { constants: 'dense', kernels: { Select: select } };
