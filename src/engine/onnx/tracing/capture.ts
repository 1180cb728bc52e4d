/** Records a TF.js function as a graph. @module */
import { engine, type Tensor } from '@tensorflow/tfjs';
import { asWildstyleError, WildstyleError } from '../../../errors.js';
import type { Named, Shape, TensorFunction } from '../../engine.js';
import { withBackend } from '../../tfjs.js';
import { onnxDevice } from '../devices.js';
import type { Graph } from '../graph.js';
import { cast } from '../kernels/elementwise/unary.js';
import { boundaryLayout, permute } from './axis-order.js';
import { type TraceBackend, traceBackend, traceBackendName } from './backend.js';
import type { Constant, TracedTensor } from './symbol.js';
import { Trace, type TraceOptions } from './trace.js';

/** A recorded function: its graph, and the edges of its inputs and outputs. */
export interface Recording {
  readonly graph: Graph;
  /** The inputs that the function uses. Unused inputs are not part of the graph. */
  readonly inputs: readonly { readonly name: string; readonly edge: string }[];
  readonly outputs: readonly Output[];
}

interface Output {
  readonly name: string;
  readonly edge: string;
  readonly shape: Shape;
}

/**
 * Calls the function once, on tensors with shapes but no values, and records the TF.js kernels it runs. Restores the
 * active TF.js backend and disposes all tensors.
 * @throws `kernel-unsupported`, `trace-data-dependent`, or `engine-failed` wrapping an error of the function itself
 */
export function record(
  fn: TensorFunction,
  inputShapes: Named<Shape>,
  weights: Named<Constant>,
  options: TraceOptions = onnxDevice('cpu').trace,
): Recording {
  const backend = traceBackend();
  const trace = new Trace(options);
  const inputs = Object.entries(inputShapes).map(([name, shape]) => {
    const layout = boundaryLayout(shape.length);
    const edge = trace.graph.input(permute(shape, layout));
    return { name, edge, tensor: trace.tensor(edge, shape, layout) };
  });
  backend.trace = trace;
  try {
    const outputs: Output[] = [];
    withBackend(traceBackendName, () => {
      const own = (tensor: TracedTensor): Tensor =>
        engine().makeTensorFromTensorInfo(backend.tensorInfo(tensor), backend);
      const tensors = inputs.map(({ name, tensor }) => [name, own(tensor)]);
      const constants = Object.entries(weights).map(([name, constant]) => [
        name,
        own(trace.ofConstant(constant, constant.stored, 'float32')),
      ]);
      const results = fn(Object.fromEntries(tensors), Object.fromEntries(constants));
      checkResults(results);
      for (const [name, tensor] of Object.entries(results))
        outputs.push(declareOutput(trace, backend, name, tensor));
    });
    if (trace.failure) throw trace.failure;
    trace.graph.prune();
    const used = new Set(trace.graph.inputs.map((edge) => edge.name));
    return {
      graph: trace.graph,
      inputs: inputs
        .filter(({ edge }) => used.has(edge.name))
        .map(({ name, edge }) => ({ name, edge: edge.name })),
      outputs,
    };
  } catch (error) {
    throw asTraceError(error);
  } finally {
    backend.trace = undefined;
    backend.dispose();
  }
}

function checkResults(results: unknown): void {
  if (results instanceof Promise) {
    // Avoids an unhandled rejection if the promise fails later.
    results.catch(() => {});
    throw new WildstyleError('trace-data-dependent', 'The function returned a promise.', {
      cure: 'Return an object of tensors from a function that is not async.',
    });
  }
  if (typeof results === 'object' && results !== null && Object.keys(results).length > 0) return;
  throw new WildstyleError('engine-failed', 'The function returned no tensors.', {
    cure: 'Return an object with at least one tensor.',
  });
}

function declareOutput(trace: Trace, backend: TraceBackend, name: string, tensor: Tensor): Output {
  const traced = cast(trace, backend.traced(tensor), 'float32');
  const layout = boundaryLayout(traced.shape.length);
  return { name, edge: trace.graph.output(trace.denseEdge(traced, layout)).name, shape: traced.shape };
}

/** Recognizes TF.js's own error for kernels that neither this engine nor TF.js's CPU backend has. */
function asTraceError(error: unknown): WildstyleError {
  const kernel =
    error instanceof Error &&
    /registered kernel '([^']+)'|Kernel '([^']+)' not registered/.exec(error.message);
  if (!kernel) return asWildstyleError(error, 'engine-failed');
  const name = kernel[1] ?? kernel[2];
  return new WildstyleError(
    'kernel-unsupported',
    `The onnx engine cannot execute the TF.js kernel ${name}.`,
    {
      cause: error,
    },
  );
}
