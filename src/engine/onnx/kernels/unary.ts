/** Kernels of one tensor, element by element. @module */
import type { Attribute, Edge, ElementType } from '../graph.js';
import { type SymbolType, splatValue, type TracedTensor } from '../symbol.js';
import type { Trace } from '../trace.js';
import { elementwise, type Kernel, type KernelFamily, kernel } from './kernel.js';

/** Records one ONNX operator on one tensor. */
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

/** A kernel that one ONNX operator of the same meaning records. */
const direct =
  (operator: string): Kernel =>
  (trace, { x }) =>
    map(trace, x, operator);

const toBoolean =
  (operator: string): Kernel =>
  (trace, { x }) =>
    map(trace, x, operator, {}, 'bool');

/** A kernel of a few operators in a row; `step` records one of them on edges of the same dimensions. */
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

/** Where a function of x takes a form of its own for `small` numbers, lest their digits be lost beside the number one. */
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

/** The same tensor in another type. */
export function cast(trace: Trace, x: TracedTensor, type: SymbolType): TracedTensor {
  if (x.type === type) return x;
  const splat = splatValue(x);
  if (splat !== undefined && type !== 'bool')
    return trace.splat(type === 'int32' ? Math.trunc(splat) : splat, x.shape, type);
  return elementwise(trace, [x], ([edge]) => trace.cast(edge, type));
}

/**
 * One where x is positive, `alpha` elsewhere. A hard sigmoid as steep as a float allows is one parallel pass, where a
 * comparison and a cast are two. The ReLU before it is usually there already: read instead of its input, it lets ONNX
 * Runtime fuse the ReLU into the convolution.
 */
const step = kernel<{ alpha: number }>((trace, { x }, { alpha }) => {
  const steep = { alpha: { float: 3.4e38 }, beta: { float: 0 } };
  const mask = map(trace, map(trace, x, 'Relu'), 'HardSigmoid', steep);
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

/** Functions of one tensor. */
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
    Cos: direct('Cos'),
    Cosh: direct('Cosh'),
    Elu: direct('Elu'),
    Erf: direct('Erf'),
    Exp: direct('Exp'),
    Floor: direct('Floor'),
    Log: direct('Log'),
    Neg: direct('Neg'),
    Reciprocal: direct('Reciprocal'),
    Relu: direct('Relu'),
    Round: direct('Round'),
    Selu: direct('Selu'),
    Sigmoid: direct('Sigmoid'),
    Sign: direct('Sign'),
    Sin: direct('Sin'),
    Sinh: direct('Sinh'),
    Softplus: direct('Softplus'),
    Sqrt: direct('Sqrt'),
    Tan: direct('Tan'),
    Tanh: direct('Tanh'),
    IsNan: toBoolean('IsNaN'),
    IsInf: toBoolean('IsInf'),
    LogicalNot: toBoolean('Not'),
    IsFinite: finite,
    Square: composed((x, record) => record('Mul', x, x)),
    Rsqrt: composed((x, record) => record('Reciprocal', record('Sqrt', x))),
    Expm1: nearZero((x, record, number) => {
      const half = record('Tanh', record('Mul', x, number(0.5)));
      const small = record('Div', record('Add', half, half), record('Sub', number(1), half));
      return { small, large: record('Sub', record('Exp', x), number(1)) };
    }),
    Log1p: nearZero((x, record, number) => {
      const next = record('Add', x, number(1));
      const large = record('Log', next);
      // What rounding took from x, the quotient gives back (Kahan); where nothing was left of it, x is the result.
      const rounded = record('Sub', next, number(1));
      const tiny = record('Less', record('Abs', x), number(5e-8));
      const safe = record('Where', tiny, number(1), rounded);
      return { small: record('Where', tiny, x, record('Mul', x, record('Div', large, safe))), large };
    }),
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
