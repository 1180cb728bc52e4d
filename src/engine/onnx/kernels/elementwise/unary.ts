/** Elementwise kernels of one tensor. @module */
import type { Attribute, Edge, ElementType } from '../../graph.js';
import { type SymbolType, splatValue, type TracedTensor } from '../../tracing/symbol.js';
import type { Trace } from '../../tracing/trace.js';
import { elementwise, type Kernel, type KernelFamily, kernel } from '../kernel.js';
import { preciseOr, series } from './series.js';

/** Records an elementwise ONNX operator on one tensor. */
export function map(
  trace: Trace,
  x: TracedTensor,
  operator: string,
  attributes: Readonly<Record<string, Attribute>> = {},
  type: ElementType = x.type,
): TracedTensor {
  return elementwise(trace, [x], ([edge], dimensions) =>
    trace.graph.add(operator, [edge], { dimensions, type }, attributes),
  );
}

/** A kernel that has an equivalent ONNX operator. */
const direct =
  (operator: string): Kernel =>
  (trace, { x }) =>
    map(trace, x, operator);

const toBoolean =
  (operator: string): Kernel =>
  (trace, { x }) =>
    map(trace, x, operator, {}, 'bool');

/** A kernel composed of several operators. `step` records an operator on edges of the same dimensions. */
const composed =
  (
    build: (
      x: Edge,
      step: (operator: string, ...inputs: Edge[]) => Edge,
      number: (value: number) => Edge,
    ) => Edge,
  ): Kernel =>
  (trace, { x }) =>
    elementwise(trace, [x], ([edge], dimensions) =>
      build(
        edge,
        (operator, ...inputs) =>
          trace.graph.add(operator, inputs, { dimensions, type: operator === 'Less' ? 'bool' : x.type }),
        (value) => trace.scalar(value, x.type),
      ),
    );

/** A function with a separate formula for |x| < 0.5, where the plain one loses precision by cancellation. */
const nearZero = (
  build: (
    x: Edge,
    record: (operator: string, ...inputs: Edge[]) => Edge,
    number: (value: number) => Edge,
  ) => { small: Edge; large: Edge },
): Kernel =>
  composed((x, record, number) => {
    const { small, large } = build(x, record, number);
    return record('Where', record('Less', record('Abs', x), number(0.5)), small, large);
  });

/** Converts a tensor to another type. */
export function cast(trace: Trace, x: TracedTensor, type: SymbolType): TracedTensor {
  if (x.type === type) return x;
  const splat = splatValue(x);
  if (splat !== undefined && type !== 'bool')
    return trace.splat(type === 'int32' ? Math.trunc(splat) : splat, x.shape, type);
  return elementwise(trace, [x], ([edge]) => trace.cast(edge, type));
}

/**
 * 1 where x is positive, 0 elsewhere. The steepest hard sigmoid that float32 can represent takes one parallel pass; a
 * comparison and a selection take two. The ReLU before it usually exists already. If the mask reads the ReLU's output
 * instead of its input, ONNX Runtime can fuse the ReLU into the convolution.
 */
function positive(trace: Trace, x: TracedTensor): TracedTensor {
  const rectified = map(trace, x, 'Relu');
  if (trace.options.steepSigmoid) {
    const steep = { alpha: { float: 3.4e38 }, beta: { float: 0 } };
    return elementwise(trace, [rectified], ([edge], dimensions) => {
      // ONNX Runtime computes this operator in the blocked layout of a convolution before it and then reorders the
      // result. Where the features were reordered anyway, for a Gram matrix, it is cheaper to start from their view.
      const from = trace.graph.view(edge) ?? edge;
      const mask = trace.graph.add('HardSigmoid', [from], { dimensions: from.dimensions }, steep);
      return trace.reshape(mask, dimensions);
    });
  }
  return elementwise(trace, [rectified], ([edge], dimensions) => {
    const isPositive = trace.graph.add('Greater', [edge, trace.scalar(0)], { dimensions, type: 'bool' });
    return trace.graph.add('Where', [isPositive, trace.scalar(1), trace.scalar(0)], { dimensions });
  });
}

/** 1 if x is positive, `alpha` otherwise. */
const step = kernel<{ alpha: number }>((trace, { x }, { alpha }) => {
  const mask = positive(trace, x);
  if (alpha === 0) return mask;
  return elementwise(trace, [mask], ([edge], dimensions) => {
    const scaled = trace.graph.add('Mul', [edge, trace.scalar(1 - alpha)], { dimensions });
    return trace.graph.add('Add', [scaled, trace.scalar(alpha)], { dimensions });
  });
});

const finite: Kernel = (trace, { x }) =>
  elementwise(trace, [x], ([edge], dimensions) => {
    const bool = { dimensions, type: 'bool' } as const;
    const bad = [trace.graph.add('IsNaN', [edge], bool), trace.graph.add('IsInf', [edge], bool)];
    return trace.graph.add('Not', [trace.graph.add('Or', bad, bool)], bool);
  });

const expm1 = nearZero((x, record, number) => {
  const half = record('Tanh', record('Mul', x, number(0.5)));
  const small = record('Div', record('Add', half, half), record('Sub', number(1), half));
  return { small, large: record('Sub', record('Exp', x), number(1)) };
});

const log1p = nearZero((x, record, number) => {
  const next = record('Add', x, number(1));
  const large = record('Log', next);
  // Kahan's log1p: the quotient corrects the rounding of 1 + x. If 1 + x rounds to 1, the result is x.
  const rounded = record('Sub', next, number(1));
  const tiny = record('Less', record('Abs', x), number(5e-8));
  const safe = record('Where', tiny, number(1), rounded);
  return { small: record('Where', tiny, x, record('Mul', x, record('Div', large, safe))), large };
});

/** Elementwise functions of one tensor. */
export const unary: KernelFamily = {
  constants: 'elementwise',
  kernels: {
    Abs: direct('Abs'),
    Acos: direct('Acos'),
    Acosh: direct('Acosh'),
    Asin: direct('Asin'),
    Asinh: direct('Asinh'),
    Atan: direct('Atan'),
    Atanh: direct('Atanh'),
    Ceil: direct('Ceil'),
    Cos: preciseOr(direct('Cos'), series.Cos),
    Cosh: direct('Cosh'),
    Elu: direct('Elu'),
    Erf: direct('Erf'),
    Exp: direct('Exp'),
    Floor: direct('Floor'),
    Log: preciseOr(direct('Log'), series.Log),
    Neg: direct('Neg'),
    Reciprocal: direct('Reciprocal'),
    Relu: direct('Relu'),
    Round: direct('Round'),
    Selu: direct('Selu'),
    Sigmoid: direct('Sigmoid'),
    Sign: direct('Sign'),
    Sin: preciseOr(direct('Sin'), series.Sin),
    Sinh: direct('Sinh'),
    Softplus: direct('Softplus'),
    Sqrt: direct('Sqrt'),
    Tan: preciseOr(direct('Tan'), series.Tan),
    Tanh: direct('Tanh'),
    IsNan: toBoolean('IsNaN'),
    IsInf: toBoolean('IsInf'),
    LogicalNot: toBoolean('Not'),
    IsFinite: finite,
    Square: composed((x, record) => record('Mul', x, x)),
    Rsqrt: composed((x, record) => record('Reciprocal', record('Sqrt', x))),
    Expm1: preciseOr(expm1, series.Expm1),
    Log1p: preciseOr(log1p, series.Log1p),
    Relu6: composed((x, record, number) => record('Clip', x, number(0), number(6))),
    ClipByValue: kernel<{ clipValueMin: number; clipValueMax: number }>((trace, { x }, attributes) =>
      elementwise(trace, [x], ([edge], dimensions) => {
        const limits = [attributes.clipValueMin, attributes.clipValueMax].map((value) =>
          trace.scalar(value, x.type),
        );
        return trace.graph.add('Clip', [edge, ...limits], { dimensions, type: x.type });
      }),
    ),
    LeakyRelu: kernel<{ alpha: number }>((trace, { x }, { alpha }) =>
      map(trace, x, 'LeakyRelu', { alpha: { float: alpha } }),
    ),
    Step: step,
    Cast: kernel<{ dtype: SymbolType }>((trace, { x }, { dtype }) => cast(trace, x, dtype)),
  },
};
