/** The bias and activation that TF.js fuses into convolutions and matrix products, taken apart again. @module */
import { WildstyleError } from '../../../errors.js';
import type { TracedTensor } from '../symbol.js';
import type { Trace } from '../trace.js';
import { elementwise } from './kernel.js';
import { map } from './unary.js';

/** Attributes of TF.js's fused kernels. */
export interface Activation {
  readonly activation: string;
  readonly leakyreluAlpha?: number;
}

const operators: Readonly<Record<string, string>> = { relu: 'Relu', elu: 'Elu', sigmoid: 'Sigmoid' };

/** Adds the bias, where there is one, and applies the activation. @throws `kernel-unsupported` for one unknown here */
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
    `The onnx engine cannot fuse the activation ${activation}.`,
    {
      cure: 'Call the activation as an operation of its own.',
    },
  );
}
