/**
 * A TF.js backend that computes nothing and records the kernels it is asked to run. TF.js's own gradient registry
 * drives the backward pass, so the recording includes it.
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
import { WildstyleError } from '../../../errors.js';
import type { Named, Shape } from '../../engine.js';
import { kernelFamilies } from '../kernels/index.js';
import { broadcastShape, type Kernel, type KernelFamily } from '../kernels/kernel.js';
import { type EvaluatedTensor, evaluate, writtenOut } from './constant-folding.js';
import type { Numbers, SymbolType, TracedTensor } from './symbol.js';
import { numbers, type Trace } from './trace.js';

/** The name of the backend in TF.js's registry. */
export const traceBackendName = 'wildstyle-trace';

type DataId = TensorInfo['dataId'];

const supportedTypes: readonly string[] = ['float32', 'int32', 'bool'];

/** Maps TF.js's tensor handles (`dataId`) to traced tensors. */
export class TraceBackend extends KernelBackend {
  /** The trace being recorded; undefined between traces. */
  trace: Trace | undefined;
  readonly #tensors = new Map<DataId, TracedTensor>();

  get active(): Trace {
    if (!this.trace) throw new WildstyleError('internal', 'A tensor was used after its trace had finished.');
    return this.trace;
  }

  /** Registers a traced tensor and returns its TF.js handle. */
  tensorInfo(tensor: TracedTensor): TensorInfo {
    const dataId = {};
    this.#tensors.set(dataId, tensor);
    return { dataId, shape: [...tensor.shape], dtype: tensor.type };
  }

  /** Returns the traced tensor behind a TF.js tensor. A tensor created outside the trace becomes a constant. */
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
        `The function reads the values of a tensor of shape [${tensor?.shape}], which are unknown while it is compiled.`,
        { cure: 'Use tensor operations instead of dataSync, arraySync or data.' },
      );
      this.active.failure ??= error;
      throw error;
    }
    return values;
  }

  /** Never rejects, because the caller may not await the promise. `trace.failure` records the error instead. */
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
      throw new WildstyleError(
        'kernel-unsupported',
        `The onnx engine does not support tensors of type ${dtype}.`,
      );
    }
    const list = values instanceof Uint8ClampedArray ? numbers('int32', values) : (values as Numbers);
    return this.active.constant(list, shape, dtype as SymbolType);
  }
}

const unsupported = (name: string): WildstyleError =>
  new WildstyleError('kernel-unsupported', `The onnx engine cannot execute the TF.js kernel ${name}.`, {
    cure: 'Use other TF.js operations, or run the function on another engine.',
  });

/** Evaluates a kernel if all its inputs are constants; records it otherwise. */
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

/** Returns the tracing backend. There is one per process; it is registered with TF.js on first use. */
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
