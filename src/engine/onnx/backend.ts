/**
 * The TF.js backend that computes nothing and records what it is asked. TF.js's own gradient registry drives the
 * backward pass, so what is recorded holds that as well.
 * @module
 */
import {
  type BackendValues,
  type DataType,
  engine,
  findBackend,
  getKernelsForBackend,
  KernelBackend,
  type KernelFunc,
  type NamedAttrMap,
  type NamedTensorInfoMap,
  registerBackend,
  registerKernel,
  type TensorInfo,
} from '@tensorflow/tfjs';
import { WildstyleError } from '../../errors.js';
import type { Named, Shape } from '../engine.js';
import { type EvaluatedTensor, evaluate, writtenOut } from './constant-folding.js';
import { kernelFamilies } from './kernels/index.js';
import { broadcastShape, type Kernel, type KernelFamily } from './kernels/kernel.js';
import type { Numbers, SymbolType, TracedTensor } from './symbol.js';
import { numbers, type Trace } from './trace.js';

/** The name under which TF.js knows the backend. */
export const traceBackendName = 'wildstyle-trace';

type DataId = TensorInfo['dataId'];

const supportedTypes: readonly string[] = ['float32', 'int32', 'bool'];

/** Knows every tensor of a trace by TF.js's handle for it. */
export class TraceBackend extends KernelBackend {
  /** The trace that is being recorded; set for the time of one trace only. */
  trace: Trace | undefined;
  readonly #tensors = new Map<DataId, TracedTensor>();

  get active(): Trace {
    if (!this.trace) throw new WildstyleError('internal', 'A tensor of a finished trace was used again.');
    return this.trace;
  }

  /** Hands a traced tensor to TF.js. */
  tensorInfo(tensor: TracedTensor): TensorInfo {
    const dataId = {};
    this.#tensors.set(dataId, tensor);
    return { dataId, shape: [...tensor.shape], dtype: tensor.type };
  }

  /** What a TF.js tensor is in the trace; a tensor made outside of it is taken in as a constant. */
  traced({ dataId, shape, dtype }: TensorInfo): TracedTensor {
    const tensor = this.#tensors.get(dataId);
    if (tensor) return tensor;
    return this.#constant(engine().readSync(dataId), shape, dtype);
  }

  override write(values: BackendValues, shape: number[], dtype: DataType): DataId {
    const dataId = {};
    this.move(dataId, values, shape, dtype);
    return dataId;
  }

  override move(dataId: DataId, values: BackendValues, shape: number[], dtype: DataType): void {
    this.#tensors.set(dataId, this.#constant(values, shape, dtype));
  }

  override readSync(dataId: DataId): BackendValues {
    const tensor = this.#tensors.get(dataId);
    const values = tensor && writtenOut(tensor);
    if (!values) {
      const error = new WildstyleError(
        'trace-data-dependent',
        `A function to be compiled read the values of a tensor of shape [${tensor?.shape}], which are not known yet.`,
        { cure: 'Use tensor operations instead of dataSync, arraySync or data.' },
      );
      this.active.failure ??= error;
      throw error;
    }
    return values;
  }

  /** Nobody may wait for the promise, so it does not reject: the trace knows that it has failed. */
  override read(dataId: DataId): Promise<BackendValues> {
    try {
      return Promise.resolve(this.readSync(dataId));
    } catch {
      return new Promise(() => {});
    }
  }

  override disposeData(dataId: DataId): boolean {
    this.#tensors.delete(dataId);
    return true;
  }

  override refCount(): number {
    return 1;
  }

  override incRef(): void {}

  override numDataIds(): number {
    return this.#tensors.size;
  }

  override memory(): { unreliable: boolean } {
    return { unreliable: true };
  }

  override floatPrecision(): 16 | 32 {
    return 32;
  }

  override epsilon(): number {
    return 1e-7;
  }

  override dispose(): void {
    this.#tensors.clear();
  }

  #constant(values: BackendValues, shape: Shape, dtype: DataType): TracedTensor {
    if (!supportedTypes.includes(dtype)) {
      throw new WildstyleError('kernel-unsupported', `The onnx engine has no tensors of type ${dtype}.`);
    }
    const list = values instanceof Uint8ClampedArray ? numbers('int32', values) : (values as Numbers);
    return this.active.constant(list, shape, dtype as SymbolType);
  }
}

const unsupported = (name: string): WildstyleError =>
  new WildstyleError('kernel-unsupported', `The onnx engine cannot execute the TF.js kernel ${name}.`, {
    cure: 'Express the function with other TF.js operations, or run it on another engine.',
  });

/** Evaluates a kernel of constants, records any other. */
function record(
  trace: Trace,
  name: string,
  constants: KernelFamily['constants'],
  run: Kernel | undefined,
  inputs: Named<TracedTensor>,
  attributes: NamedAttrMap,
): TracedTensor | TracedTensor[] {
  const { dataFormat } = attributes;
  if (dataFormat !== undefined && dataFormat !== 'NHWC')
    throw unsupported(`${name} with the dataFormat ${String(dataFormat)}`);
  if (constants !== 'never') {
    const evaluated = evaluate(name, inputs, attributes, constants === 'elementwise');
    const shapes = Object.values(inputs).map((tensor) => tensor.shape);
    const shape = constants === 'elementwise' ? broadcastShape(shapes) : undefined;
    const asConstant = (result: EvaluatedTensor): TracedTensor => {
      const tensor = trace.constant(result.values, result.shape, result.type);
      return { ...tensor, shape: shape ?? tensor.shape };
    };
    if (evaluated) return Array.isArray(evaluated) ? evaluated.map(asConstant) : asConstant(evaluated);
  }
  if (!run) throw unsupported(name);
  return run(trace, inputs, attributes as Readonly<Record<string, unknown>>);
}

function kernelFunction(name: string, constants: KernelFamily['constants'], run?: Kernel): KernelFunc {
  return ({ inputs, attrs, backend }) => {
    const tracer = backend as TraceBackend;
    const given = Object.entries(inputs as NamedTensorInfoMap).flatMap(([key, info]) =>
      info ? [[key, tracer.traced(info)] as const] : [],
    );
    const result = record(
      tracer.active,
      name,
      constants,
      run,
      Object.fromEntries(given),
      (attrs ?? {}) as NamedAttrMap,
    );
    return Array.isArray(result)
      ? result.map((tensor) => tracer.tensorInfo(tensor))
      : tracer.tensorInfo(result);
  };
}

/** The one tracing backend of this process, registered with TF.js on first use. */
export function traceBackend(): TraceBackend {
  const known = findBackend(traceBackendName);
  if (known) return known as TraceBackend;
  const backend = new TraceBackend();
  registerBackend(traceBackendName, () => backend, 0);
  const recorded = new Set<string>();
  for (const { constants, kernels } of kernelFamilies) {
    for (const [kernelName, run] of Object.entries(kernels)) {
      recorded.add(kernelName);
      registerKernel({
        kernelName,
        backendName: traceBackendName,
        kernelFunc: kernelFunction(kernelName, constants, run),
      });
    }
  }
  for (const { kernelName } of getKernelsForBackend('cpu')) {
    if (recorded.has(kernelName)) continue;
    registerKernel({
      kernelName,
      backendName: traceBackendName,
      kernelFunc: kernelFunction(kernelName, 'dense'),
    });
  }
  findBackend(traceBackendName);
  return backend;
}
