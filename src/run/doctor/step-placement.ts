/** Which parts of a step run where. @module */
import type { Engine, Placement } from '../../engine/engine.js';

/** An engine that looks at the last function that it has compiled. */
export interface WatchedEngine {
  readonly engine: Engine;
  /** Where the nodes of that function run; undefined if the engine cannot tell. */
  readonly placement: () => Promise<Placement | undefined>;
}

/** Watches an engine. */
export function watched(engine: Engine): WatchedEngine {
  let last: Parameters<Engine['compile']> | undefined;
  const { compileRepeated } = engine;
  return {
    engine: {
      name: engine.name,
      device: engine.device,
      version: engine.version,
      precision: engine.precision,
      compile: (...given) => {
        last = given;
        return engine.compile(...given);
      },
      ...(compileRepeated && {
        compileRepeated: (fn, inputs, repetition, weights) => {
          last = [fn, inputs, weights];
          return compileRepeated(fn, inputs, repetition, weights);
        },
      }),
      put: (tensor) => engine.put(tensor),
      read: (value) => engine.read(value),
      assign: (value, row, data) => engine.assign(value, row, data),
      dispose: () => engine.dispose(),
    },
    placement: async () => (last ? engine.placement?.(...last) : undefined),
  };
}

/** The nodes of a step that did not run on the device itself, but on the processor. */
export interface OnProcessor {
  /** All nodes of the step. */
  readonly nodes: number;
  /** Those on the processor, by operator. */
  readonly operators: Readonly<Record<string, number>>;
}

/** What a placement on a device other than the processor leaves to the processor. */
export function onProcessor(placement: Placement): OnProcessor {
  const counts = Object.values(placement).flatMap((operators) => Object.values(operators));
  return { nodes: counts.reduce((a, b) => a + b, 0), operators: placement.cpu ?? {} };
}
