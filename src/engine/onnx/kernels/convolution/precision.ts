/** Convolutions in the precision of the device. @module */

import type { Shape } from '../../../engine.js';
import type { Attribute, Edge } from '../../graph.js';
import type { Trace } from '../../tracing/trace.js';

/** Below this, an image counts as zero. The reciprocal is finite. */
const smallest = 1e-30;

/**
 * Records a convolution of an image with a filter. In half precision, each image is divided by its largest absolute value
 * first, and the result multiplied by it: features go up to thousands and gradients down to 1e-8, which is less than the
 * smallest number of float16. Sums of products with filters stay far below its largest, 65504.
 * @param image `[batch, channels, height, width]`
 */
export function convolved(
  trace: Trace,
  operator: 'Conv' | 'ConvTranspose',
  [image, weights]: readonly Edge[],
  dimensions: Shape,
  attributes: Readonly<Record<string, Attribute>>,
): Edge {
  const { graph } = trace;
  if (!trace.options.halfPrecision) return graph.add(operator, [image, weights], { dimensions }, attributes);
  const scalar = { dimensions: [image.dimensions[0], 1, 1, 1] };
  const same = { dimensions: image.dimensions };
  const largest = graph.add(
    'ReduceMax',
    [graph.add('Abs', [image], same), trace.integers([1, 2, 3])],
    scalar,
  );
  const scale = graph.add('Max', [largest, trace.scalar(smallest)], scalar);
  const halves = [graph.add('Div', [image, scale], same), weights].map((edge) => trace.cast(edge, 'float16'));
  const product = graph.add(operator, halves, { dimensions, type: 'float16' }, attributes);
  return graph.add('Mul', [trace.cast(product, 'float32'), scale], { dimensions });
}
