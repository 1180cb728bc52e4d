/** The engines, by name: a new engine is a file beside this one and a line here. @module */
import { WildstyleError } from '../errors.js';
import type { Engine, EngineOptions } from './engine.js';

export type * from './engine.js';

/** How each engine is made. Its code, native parts included, is loaded when it is asked for. */
export const engines = {
  onnx: async (options) => (await import('./onnx/session.js')).createOnnxEngine(options),
  reference: async (options) => (await import('./reference.js')).createReferenceEngine(options),
} satisfies Record<string, (options: EngineOptions) => Promise<Engine>>;

/** One of {@link engineNames}. */
export type EngineName = keyof typeof engines;
/** Every engine's name, the preferred one first. */
export const engineNames = Object.keys(engines) as [EngineName, ...EngineName[]];

/**
 * Makes an engine.
 * @throws `engine-unavailable` where its device or its native parts are missing
 */
export async function createEngine(name: EngineName, options: EngineOptions = {}): Promise<Engine> {
  if (!Object.hasOwn(engines, name)) {
    throw new WildstyleError('engine-unavailable', `There is no engine "${name}".`, {
      cure: `Engines: ${engineNames.join(', ')}.`,
    });
  }
  return engines[name](options);
}
