/** The devices of the onnx engine, and the execution providers of ONNX Runtime that run on them. @module */
import type { InferenceSession } from 'onnxruntime-node';
import { WildstyleError } from '../../errors.js';
import type { Precision } from '../engine.js';
import type { TraceOptions } from './tracing/trace.js';

type ProviderName = 'cpu' | 'cuda' | 'tensorrt' | 'webgpu' | 'dml' | 'coreml';

/** What a kind of device needs. */
interface DeviceKind {
  /** The execution providers of ONNX Runtime, the fastest first: what one of them lacks runs on the next. */
  readonly providers: readonly ProviderName[];
  /** Whether a machine can have several, told apart by a number: `cuda:1`. */
  readonly numbered: boolean;
  /** The kernels that are fastest there. */
  readonly trace: TraceOptions;
  /** Whether several steps in a run are faster than one: where values would otherwise return to the host. */
  readonly repeats: boolean;
}

/** ONNX Runtime on CPUs, where it has every operator. */
const onCpu: TraceOptions = {
  minimalFiltering: true,
  poolingIndices: true,
  ownOperators: true,
  productsSum: true,
  steepSigmoid: true,
  preciseFunctions: true,
  anyChannels: true,
};

const onCuda: TraceOptions = {
  ...onCpu,
  minimalFiltering: false,
  poolingIndices: false,
  productsSum: false,
};

/** WebGPU's shading language leaves NaN open, and promises no more than 11 bits of a sine. */
const onWebgpu: TraceOptions = {
  ...onCuda,
  ownOperators: false,
  steepSigmoid: false,
  preciseFunctions: false,
  anyChannels: false,
};

/** Providers that take whole parts of a graph, and know ONNX's own operators alone. */
const onCompiler: TraceOptions = { ...onCuda, ownOperators: false, steepSigmoid: false };

const kinds: Readonly<Record<string, DeviceKind>> = {
  cpu: { providers: ['cpu'], numbered: false, trace: onCpu, repeats: false },
  cuda: { providers: ['cuda', 'cpu'], numbered: true, trace: onCuda, repeats: true },
  // Its engines are built for a graph, which takes minutes for a loop.
  tensorrt: { providers: ['tensorrt', 'cuda', 'cpu'], numbered: true, trace: onCompiler, repeats: false },
  webgpu: { providers: ['webgpu', 'cpu'], numbered: false, trace: onWebgpu, repeats: false },
  dml: { providers: ['dml', 'cpu'], numbered: true, trace: onCompiler, repeats: false },
  coreml: { providers: ['coreml', 'cpu'], numbered: false, trace: onCompiler, repeats: false },
};

/** A device of the onnx engine. */
export interface OnnxDevice extends Pick<DeviceKind, 'trace' | 'repeats'> {
  readonly providers: InferenceSession.ExecutionProviderConfig[];
}

/**
 * Returns the execution providers for a device such as `cpu`, `webgpu`, `cuda` or `cuda:1`. Nodes that a GPU provider
 * lacks run on the next one. With `float16`, convolutions compute in half precision.
 * @throws `engine-unavailable` if the engine knows no such device
 */
export function onnxDevice(device: string, precision: Precision = 'float32'): OnnxDevice {
  const [, kind = '', number] = /^([a-z]+)(?::(\d{1,3}))?$/.exec(device) ?? [];
  const known = Object.hasOwn(kinds, kind) ? kinds[kind] : undefined;
  if (!known || (number !== undefined && !known.numbered)) {
    const names = Object.entries(kinds).map(([name, { numbered }]) =>
      numbered ? `${name}, ${name}:0` : name,
    );
    throw new WildstyleError('engine-unavailable', `The onnx engine does not run on "${device}".`, {
      cure: `Use one of these devices: ${names.join(', ')}.`,
    });
  }
  const { repeats, providers } = known;
  const trace = precision === 'float16' ? { ...known.trace, halfPrecision: true } : known.trace;
  const configured = providers.map((name) =>
    name === 'cpu' || number === undefined ? name : { name, deviceId: Number(number) },
  );
  return { providers: configured, trace, repeats };
}

/**
 * Says that the build of ONNX Runtime lacks a device's provider.
 * @param names the providers of the build
 */
export function missingProvider(device: string, names: readonly string[]): string | undefined {
  const [kind] = device.split(':');
  const [provider = kind] = kinds[kind]?.providers ?? [];
  if (names.includes(provider)) return undefined;
  return `this build of ONNX Runtime has no provider "${provider}": it has ${names.join(', ')}`;
}
