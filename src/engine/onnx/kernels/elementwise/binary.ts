/** Elementwise kernels of two or more tensors, with broadcasting. @module */
import { channelsFirst, sameMemory, sameShape } from '../../tracing/axis-order.js';
import { isDense, splatValue, type TracedTensor } from '../../tracing/symbol.js';
import type { Trace } from '../../tracing/trace.js';
import { convolutionWithBias } from '../convolution/blocked.js';
import { broadcastShape, elementwise, type Kernel, type KernelFamily, kernel, listed } from '../kernel.js';
import { product } from '../matmul.js';
import { broadcast } from '../shape.js';
import { cast, map } from './unary.js';

type Operands = Readonly<Record<string, TracedTensor>>;
/** Records the same result more cheaply; returns undefined if it cannot. */
type Shortcut = (trace: Trace, a: TracedTensor, b: TracedTensor) => TracedTensor | undefined;

function record(trace: Trace, operator: string, operands: readonly TracedTensor[]): TracedTensor {
  const { type } = operands[0];
  return elementwise(trace, operands, (edges, dimensions) =>
    trace.graph.add(operator, edges, { dimensions, type }),
  );
}

const direct =
  (operator: string, shortcut?: Shortcut): Kernel =>
  (trace, { a, b }: Operands) =>
    shortcut?.(trace, a, b) ?? record(trace, operator, [a, b]);

/** Skips an operand that changes nothing: x + 0, x * 1, x / 1. */
const neutral =
  (value: number, sides: 'both' | 'right'): Shortcut =>
  (trace, a, b) => {
    const shape = broadcastShape([a.shape, b.shape]);
    if (splatValue(b) === value) return broadcast(trace, a, shape);
    if (sides === 'both' && splatValue(a) === value) return broadcast(trace, b, shape);
    return undefined;
  };

/** Whether both are the same tensor of the graph, in the same layout. */
const identical = (a: TracedTensor, b: TracedTensor): boolean =>
  sameShape(a.shape, b.shape) &&
  (a.constant
    ? a.constant === b.constant
    : a.forms.some((x) =>
        b.forms.some((y) => x.edge === y.edge && sameMemory(a.stored, x.permutation, y.permutation)),
      ));

/**
 * A B + A C = A (B + C). The gradient of a Gram matrix with respect to its features is a sum of this form, and the
 * products dominate its cost.
 */
const factored: Shortcut = (trace, a, b) => {
  const [first, second] = [a.product, b.product];
  if (!first || !second || !sameShape(a.shape, b.shape)) return undefined;
  if (identical(first.a, second.a) && sameShape(first.b.shape, second.b.shape)) {
    return product(trace, first.a, record(trace, 'Add', [first.b, second.b]));
  }
  if (identical(first.b, second.b) && sameShape(first.a.shape, second.a.shape)) {
    return product(trace, record(trace, 'Add', [first.a, second.a]), first.b);
  }
  return undefined;
};

/** Adds a bias that is trained within the convolution. ONNX Runtime does that by itself only for constants. */
const biased: Shortcut = (trace, a, b) => {
  const [channels] = a.shape.slice(-1);
  const { edge, permutation } = a.forms[0] ?? {};
  if (b.constant || !edge || !sameShape(b.shape, [channels]) || !isDense(b)) return undefined;
  if (!sameShape(permutation, channelsFirst)) return undefined;
  const sum = convolutionWithBias(trace, edge, trace.edge(b));
  return sum && trace.tensor(sum, a.shape, channelsFirst);
};

/** x * 0 = 0. This ignores NaN and infinity, since graphs are assumed to compute on finite numbers. */
const timesZero: Shortcut = (trace, a, b) =>
  splatValue(a) === 0 || splatValue(b) === 0
    ? trace.splat(0, broadcastShape([a.shape, b.shape]), a.type)
    : undefined;

const either =
  (...shortcuts: Shortcut[]): Shortcut =>
  (trace, a, b) => {
    for (const shortcut of shortcuts) {
      const result = shortcut(trace, a, b);
      if (result) return result;
    }
    return undefined;
  };

const power: Shortcut = (trace, a, b) => {
  const exponent = a.type === 'float32' ? splatValue(b) : undefined;
  const shape = broadcastShape([a.shape, b.shape]);
  if (exponent === 0) return trace.splat(1, shape, a.type);
  if (exponent === 1) return broadcast(trace, a, shape);
  if (exponent === 2) return broadcast(trace, record(trace, 'Mul', [a, a]), shape);
  if (exponent === 0.5) return broadcast(trace, map(trace, a, 'Sqrt'), shape);
  return undefined;
};

const fromZero: Shortcut = (trace, a, b) =>
  splatValue(a) === 0
    ? broadcast(trace, map(trace, b, 'Neg'), broadcastShape([a.shape, b.shape]))
    : undefined;

const floorDivide: Kernel = (trace, { a, b }) => {
  const [x, y] = [cast(trace, a, 'float32'), cast(trace, b, 'float32')];
  return cast(trace, map(trace, record(trace, 'Div', [x, y]), 'Floor'), a.type);
};

/** The remainder takes the sign of the divisor, as in TF.js. */
const modulo: Kernel = (trace, { a, b }) => {
  if (a.type === 'int32') return record(trace, 'Mod', [a, b]);
  const quotient = map(trace, record(trace, 'Div', [a, b]), 'Floor');
  return record(trace, 'Sub', [a, record(trace, 'Mul', [quotient, b])]);
};

const addMany: Kernel = (trace, inputs) => {
  const [first, ...rest] = listed(inputs);
  return rest.reduce((sum, next) => add(trace, { a: sum, b: next }, {}) as TracedTensor, first);
};

const add = direct('Add', either(neutral(0, 'both'), factored, biased));

/** Arithmetic on two or more tensors. */
export const binary: KernelFamily = {
  constants: 'elementwise',
  kernels: {
    Add: add,
    AddN: addMany,
    Sub: direct('Sub', either(neutral(0, 'right'), fromZero)),
    Multiply: direct('Mul', either(neutral(1, 'both'), timesZero)),
    RealDiv: direct('Div', neutral(1, 'right')),
    FloorDiv: floorDivide,
    Maximum: direct('Max'),
    Minimum: direct('Min'),
    Mod: modulo,
    Pow: direct('Pow', power),
    SquaredDifference: (trace, { a, b }) => {
      const difference = record(trace, 'Sub', [a, b]);
      return record(trace, 'Mul', [difference, difference]);
    },
    Prelu: kernel<object>((trace, { x, alpha }) =>
      elementwise(trace, [x, alpha], ([value, slope], dimensions) => {
        const negative = trace.graph.add('Less', [value, trace.scalar(0)], { dimensions, type: 'bool' });
        const scaled = trace.graph.add('Mul', [value, slope], { dimensions });
        return trace.graph.add('Where', [negative, scaled, value], { dimensions });
      }),
    ),
    EluGrad: (trace, { dy, y }) =>
      elementwise(trace, [dy, y], ([gradient, output], dimensions) => {
        const positive = trace.graph.add('Greater', [output, trace.scalar(0)], { dimensions, type: 'bool' });
        const slope = trace.graph.add('Add', [output, trace.scalar(1)], { dimensions });
        const scaled = trace.graph.add('Mul', [gradient, slope], { dimensions });
        return trace.graph.add('Where', [positive, gradient, scaled], { dimensions });
      }),
  },
};
