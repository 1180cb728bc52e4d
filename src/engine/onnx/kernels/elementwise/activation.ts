/** Unfuses the bias and activation that TF.js fuses into convolutions and matrix products. @module */
import { WildstyleError } from '../../../../errors.js';
import type { TracedTensor } from '../../tracing/symbol.js';
import type { Trace } from '../../tracing/trace.js';
import { elementwise } from '../kernel.js';
import { map } from './unary.js';

/** Attributes of TF.js's fused kernels. */
export interface Activation {
  readonly activation: string;
  readonly leakyreluAlpha?: number;
}

const operators: Readonly<Record<string, string>> = { relu: 'Relu', elu: 'Elu', sigmoid: 'Sigmoid' };

/** Adds the bias, if any, and applies the activation. @throws `kernel-unsupported` if the activation is unknown */
export function finished(
  trace: Trace,
  x: TracedTensor,
  bias: TracedTensor | undefined,
  { activation, leakyreluAlpha }: Activation,
): TracedTensor {
  const result = bias
    ? elementwise(trace, [x, bias], (edges, dimensions) => trace.graph.add('Add', edges, { dimensions }))
    : x;
  if (activation === 'linear') return result;
  if (activation === 'leakyrelu')
    return map(trace, result, 'LeakyRelu', { alpha: { float: leakyreluAlpha ?? 0.2 } });
  const operator = operators[activation];
  if (operator) return map(trace, result, operator);
  throw new WildstyleError(
    'kernel-unsupported',
    `The onnx engine does not support the fused activation ${activation}.`,
    {
      cure: 'Apply the activation as a separate operation.',
    },
  );
}
