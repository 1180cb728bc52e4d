/** TensorFlow as a backend of TF.js: the binding and the kernels of the package `@tensorflow/tfjs-node-gpu`. @module */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import util from 'node:util';
import { type KernelBackend, registerBackend } from '@tensorflow/tfjs';
import { WildstyleError } from '../../errors.js';
import { bindingFile, type TensorflowKind, tensorflowFolder, tensorflowSetup } from './folders.js';
import { mendKernels } from './kernels.js';

/** The name of the backend; the kernels of the package are registered for it. */
export const backendName = 'tensorflow';

/** The part of the binding that is used. */
interface Binding {
  readonly TF_Version: string;
  isUsingGpuDevice(): boolean;
  getNumOfTensors(): number;
}

/** A loaded TensorFlow. There is one in a process, on one device. */
export interface Tensorflow {
  readonly version: string;
  readonly device: string;
  /** The number of tensors that TensorFlow itself holds. */
  readonly tensorCount: () => number;
}

/** How to load it: all of this is fixed for the process. */
export interface TensorflowSettings {
  /** `cpu`, `cuda`, `cuda:1`, ... */
  readonly device: string;
  readonly threads?: number;
}

let loaded: Tensorflow | undefined;

const unavailable = (message: string, cure: string, cause?: unknown): WildstyleError =>
  new WildstyleError('engine-unavailable', `TensorFlow cannot be used: ${message}`, { cure, cause });

/**
 * Loads TensorFlow, once in a process. The number of threads of the first call counts.
 * @throws `engine-unavailable` if the package, its binding, libtensorflow or the device is missing, or if this process
 *   has loaded it for another device
 */
export function tensorflow(settings: TensorflowSettings): Tensorflow {
  loaded ??= load(settings);
  if (loaded.device === settings.device) return loaded;
  throw unavailable(
    `this process uses it on "${loaded.device}", and cannot also use it on "${settings.device}".`,
    'Use one process for each device.',
  );
}

function load({ device, threads }: TensorflowSettings): Tensorflow {
  const kind: TensorflowKind = device === 'cpu' ? 'cpu' : 'gpu';
  const cure = `Get it with ${tensorflowSetup(kind)}, or set WILDSTYLE_TENSORFLOW to the folder of its package.`;
  const folder = tensorflowFolder(kind);
  const file = folder && bindingFile(folder);
  if (!folder || !file) throw unavailable('it is not installed.', cure);
  let binding: Binding;
  try {
    binding = withEnvironment(
      settingsFor(device, threads),
      () => createRequire(import.meta.url)(file) as Binding,
    );
  } catch (error) {
    throw unavailable(withoutLineBreaks(error), cure, error);
  }
  if (kind === 'gpu' && !binding.isUsingGpuDevice()) {
    throw unavailable(
      `it finds no GPU for "${device}": the driver or CUDA is missing, or this TensorFlow is for CPUs only.`,
      `Check the driver with nvidia-smi; get TensorFlow for GPUs with ${tensorflowSetup('gpu')}.`,
    );
  }
  try {
    const backend = newBackend(folder, binding);
    registerBackend(backendName, () => backend, 0);
    mendKernels(backendName);
  } catch (error) {
    throw unavailable(withoutLineBreaks(error), cure, error);
  }
  return { version: binding.TF_Version, device, tensorCount: () => binding.getNumOfTensors() };
}

const withoutLineBreaks = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).replace(/\s+/g, ' ').trim();

/** The environment from which TensorFlow reads its settings when it is loaded. */
function settingsFor(device: string, threads: number | undefined): Record<string, string> {
  const { TF_CPP_MIN_LOG_LEVEL, TF_FORCE_GPU_ALLOW_GROWTH, CUDA_VISIBLE_DEVICES } = process.env;
  return {
    TF_CPP_MIN_LOG_LEVEL: TF_CPP_MIN_LOG_LEVEL ?? '3',
    // Otherwise the first process on a GPU takes all of its memory.
    TF_FORCE_GPU_ALLOW_GROWTH: TF_FORCE_GPU_ALLOW_GROWTH ?? 'true',
    CUDA_VISIBLE_DEVICES: visibleDevice(device, CUDA_VISIBLE_DEVICES),
    ...(threads !== undefined && { TF_NUM_INTRAOP_THREADS: `${threads}`, TF_NUM_INTEROP_THREADS: '1' }),
  };
}

/** Calls a function with variables set in the environment, and restores it. */
function withEnvironment<T>(settings: Readonly<Record<string, string>>, fn: () => T): T {
  const before = Object.keys(settings).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, settings);
  try {
    return fn();
  } finally {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  }
}

/** What CUDA shall see, so that the binding, which takes the last GPU, takes the one that is asked for. */
export function visibleDevice(device: string, visible: string | undefined): string {
  if (device === 'cpu') return '-1';
  const index = Number(device.split(':')[1] ?? 0);
  return visible === undefined ? `${index}` : (visible.split(',')[index]?.trim() ?? '-1');
}

/**
 * The kernels and the backend of the package. Its main module is not loaded: that needs fifty packages more, makes the
 * backend the default of TF.js and reports usage.
 */
function newBackend(folder: string, binding: Binding): KernelBackend {
  const require = createRequire(join(folder, 'package.json'));
  // The kernels must register with the TF.js that wildstyle uses, even where the package has a copy of its own.
  let own = createRequire(import.meta.url);
  for (const name of ['@tensorflow/tfjs', '@tensorflow/tfjs-core']) {
    const file = own.resolve(name);
    own(file);
    require.cache[require.resolve(name)] = require.cache[file];
    // The core belongs to TF.js.
    own = createRequire(file);
  }
  const before = require.cache.util;
  // The package uses two functions that Node.js 23 removed.
  require.cache.util = { exports: { ...util, isArray: Array.isArray, isNullOrUndefined } } as NodeJS.Module;
  try {
    require('./dist/register_all_kernels.js');
    const { NodeJSKernelBackend } = require('./dist/nodejs_kernel_backend.js') as {
      NodeJSKernelBackend: new (binding: Binding, name: string) => KernelBackend;
    };
    return new NodeJSKernelBackend(binding, 'wildstyle');
  } finally {
    if (before) require.cache.util = before;
    else delete require.cache.util;
  }
}

const isNullOrUndefined = (value: unknown): boolean => value === null || value === undefined;
