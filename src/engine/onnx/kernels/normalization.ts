/** Normalization by given means and variances. @module */
import type { TracedTensor } from '../tracing/symbol.js';
import type { Trace } from '../tracing/trace.js';
import { elementwise, type KernelFamily, kernel } from './kernel.js';

const combined = (trace: Trace, operator: string, a: TracedTensor, b: TracedTensor): TracedTensor =>
  elementwise(trace, [a, b], (edges, dimensions) => trace.graph.add(operator, edges, { dimensions }));

/** The factor of each channel: scale / sqrt(variance + epsilon). */
function factorOf(
  trace: Trace,
  variance: TracedTensor,
  scale: TracedTensor | undefined,
  epsilon: number,
): TracedTensor {
  const deviation = elementwise(trace, [variance], ([edge], dimensions) => {
    const positive = trace.graph.add('Add', [edge, trace.scalar(epsilon)], { dimensions });
    return trace.graph.add('Sqrt', [positive], { dimensions });
  });
  const one = trace.splat(1, variance.shape, 'float32');
  return combined(trace, 'Div', scale ?? one, deviation);
}

/** `tf.batchNorm`. */
export const normalization: KernelFamily = {
  constants: 'dense',
  kernels: {
    FusedBatchNorm: kernel<{ varianceEpsilon: number }>((trace, inputs, { varianceEpsilon }) => {
      const { x, mean, variance, offset, scale } = inputs;
      const centered = combined(trace, 'Sub', x, mean);
      const factor = factorOf(trace, variance, scale, varianceEpsilon);
      const scaled = combined(trace, 'Mul', centered, factor);
      return offset ? combined(trace, 'Add', scaled, offset) : scaled;
    }),
  },
};
