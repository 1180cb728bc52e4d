/** The devices of the onnx engine, and the execution providers of ONNX Runtime that run on them. @module */
import type { InferenceSession } from 'onnxruntime-node';
import { WildstyleError } from '../../errors.js';
import type { TraceOptions } from './trace.js';

/** What a kind of device needs. */
interface DeviceKind {
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
  steepSigmoid: true,
  preciseFunctions: true,
  anyChannels: true,
};

const onCuda: TraceOptions = { ...onCpu, minimalFiltering: false, poolingIndices: false };

/** WebGPU's shading language leaves NaN open, and promises no more than 11 bits of a sine. */
const onWebgpu: TraceOptions = {
  ...onCuda,
  ownOperators: false,
  steepSigmoid: false,
  preciseFunctions: false,
  anyChannels: false,
};

const kinds: Readonly<Record<string, DeviceKind>> = {
  cpu: { numbered: false, trace: onCpu, repeats: false },
  cuda: { numbered: true, trace: onCuda, repeats: true },
  webgpu: { numbered: false, trace: onWebgpu, repeats: false },
};

/** A device of the onnx engine. */
export interface OnnxDevice extends Pick<DeviceKind, 'trace' | 'repeats'> {
  readonly providers: InferenceSession.ExecutionProviderConfig[];
}

/**
 * Returns the execution providers for a device such as `cpu`, `webgpu`, `cuda` or `cuda:1`. Nodes that a GPU provider
 * lacks run on the CPU.
 * @throws `engine-unavailable` if the engine knows no such device
 */
export function onnxDevice(device: string): OnnxDevice {
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
  const { trace, repeats } = known;
  if (kind === 'cpu') return { providers: ['cpu'], trace, repeats };
  const provider = number === undefined ? kind : { name: kind, deviceId: Number(number) };
  return { providers: [provider, 'cpu'], trace, repeats };
}
