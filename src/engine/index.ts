/** The registry of engines. To add an engine, add a file next to this one and a line to `engines`. @module */
import { WildstyleError } from '../errors.js';
import type { Engine, EngineOptions } from './engine.js';

export type * from './engine.js';
export { precisions } from './engine.js';

/** The factory of each engine. An engine's code and native libraries are loaded on first use. */
export const engines = {
  onnx: async (options) => {
    // ONNX Runtime would collect usage data in the cache folder.
    process.env.ORT_DISABLE_TELEMETRY ??= '1';
    return (await import('./onnx/session.js')).createOnnxEngine(options);
  },
  openvino: async (options) => (await import('./openvino/engine.js')).createOpenvinoEngine(options),
  tensorflow: async (options) => (await import('./tensorflow/engine.js')).createTensorflowEngine(options),
  reference: async (options) => (await import('./reference.js')).createReferenceEngine(options),
} satisfies Record<string, (options: EngineOptions) => Promise<Engine>>;

/** One of {@link engineNames}. */
export type EngineName = keyof typeof engines;
/** The names of all engines, the preferred one first. */
export const engineNames = Object.keys(engines) as [EngineName, ...EngineName[]];

/**
 * Creates an engine.
 * @throws `engine-unavailable` if the engine does not exist, or its device or native libraries are missing
 */
export async function createEngine(name: EngineName, options: EngineOptions = {}): Promise<Engine> {
  if (!Object.hasOwn(engines, name)) {
    throw new WildstyleError('engine-unavailable', `Unknown engine "${name}".`, {
      cure: `Use one of: ${engineNames.join(', ')}.`,
    });
  }
  return engines[name](options);
}

/** Where an engine runs unless something else is asked for. */
export const defaultDevice = 'cpu';
