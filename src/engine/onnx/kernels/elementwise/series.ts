/**
 * Elementary functions from additions, products and quotients alone, for devices whose own are imprecise.
 * @module
 */
import type { Edge } from '../../graph.js';
import type { Trace } from '../../tracing/trace.js';
import { elementwise, type Kernel } from '../kernel.js';

type Record = (operator: string, ...inputs: Edge[]) => Edge;
type Constant = (value: number) => Edge;

const composed =
  (build: (x: Edge, record: Record, number: Constant) => Edge): Kernel =>
  (trace, { x }) =>
    elementwise(trace, [x], ([edge], dimensions) =>
      build(
        edge,
        (operator, ...inputs) =>
          trace.graph.add(operator, inputs, { dimensions, type: operator === 'Less' ? 'bool' : 'float32' }),
        (value) => trace.scalar(value),
      ),
    );

/** Horner's scheme. @param coefficients the constant first */
function polynomial(x: Edge, coefficients: readonly number[], record: Record, number: Constant): Edge {
  const [last, ...rest] = coefficients.toReversed();
  return rest.reduce<Edge>(
    (sum, coefficient) => record('Add', record('Mul', sum, x), number(coefficient)),
    number(last),
  );
}

const factorial = (n: number): number => (n < 2 ? 1 : n * factorial(n - 1));

/** The Taylor series of sin(r) / r in r squared; below 1e-9 of the sine up to half of pi. */
const sineSeries = Array.from({ length: 7 }, (_, k) => (-1) ** k / factorial(2 * k + 1));

/** Pi in two parts: the first is exact in few bits, so that small multiples of it are exact. */
const [coarsePi, restOfPi] = [3.140625, Math.PI - 3.140625];

/** (-1)^k times the sine of what is left of x after `k + offset` times pi, where k is a whole number. */
function reducedSine(x: Edge, k: Edge, offset: number, record: Record, number: Constant): Edge {
  const turns = offset === 0 ? k : record('Add', k, number(offset));
  const coarse = record('Sub', x, record('Mul', turns, number(coarsePi)));
  const rest = record('Sub', coarse, record('Mul', turns, number(restOfPi)));
  const isOdd = record('Sub', k, record('Mul', record('Floor', record('Mul', k, number(0.5))), number(2)));
  const sign = record('Sub', number(1), record('Mul', isOdd, number(2)));
  const series = polynomial(record('Mul', rest, rest), sineSeries, record, number);
  return record('Mul', record('Mul', sign, rest), series);
}

function sine(x: Edge, record: Record, number: Constant): Edge {
  const k = record('Floor', record('Add', record('Mul', x, number(1 / Math.PI)), number(0.5)));
  return reducedSine(x, k, 0, record, number);
}

/** cos(r + (k + 1/2) pi) = -(-1)^k sin(r) */
function cosine(x: Edge, record: Record, number: Constant): Edge {
  const k = record('Floor', record('Mul', x, number(1 / Math.PI)));
  return record('Neg', reducedSine(x, k, 0.5, record, number));
}

const below = (bound: number, x: Edge, record: Record, number: Constant): Edge =>
  record('Less', record('Abs', x), number(bound));

/** TF.js kernels, precise to float32 for arguments up to some thousands. */
export const series: Readonly<{ [kernel: string]: Kernel }> = {
  Sin: composed(sine),
  Cos: composed(cosine),
  Tan: composed((x, record, number) => record('Div', sine(x, record, number), cosine(x, record, number))),
  /** NaN below zero, which devices may leave open. */
  Log: composed((x, record, number) =>
    record('Where', record('Less', x, number(0)), number(Number.NaN), record('Log', x)),
  ),
  /** x (1 + x/2 + x^2/6 + ...) below 1/2. */
  Expm1: composed((x, record, number) => {
    const coefficients = Array.from({ length: 9 }, (_, k) => 1 / factorial(k + 1));
    const small = record('Mul', x, polynomial(x, coefficients, record, number));
    const large = record('Sub', record('Exp', x), number(1));
    return record('Where', below(0.5, x, record, number), small, large);
  }),
  /** 2 artanh(s) with s = x / (2 + x) below 1/2: 2 (s + s^3/3 + s^5/5 + ...). */
  Log1p: composed((x, record, number) => {
    const s = record('Div', x, record('Add', x, number(2)));
    const coefficients = Array.from({ length: 8 }, (_, k) => 2 / (2 * k + 1));
    const small = record('Mul', s, polynomial(record('Mul', s, s), coefficients, record, number));
    const large = record('Log', record('Add', x, number(1)));
    return record('Where', below(0.5, x, record, number), small, large);
  }),
};

/** The runtime's function where it is precise, else the one from {@link series}. */
export const preciseOr =
  (usual: Kernel, own: Kernel): Kernel =>
  (trace: Trace, inputs, attributes) =>
    (trace.options.preciseFunctions ? usual : own)(trace, inputs, attributes);
