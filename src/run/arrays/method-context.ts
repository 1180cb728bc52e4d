/** Opens an engine in this process for running a method without a job. @module */
import {
  createEngine,
  defaultDevice,
  type EngineName,
  engineNames,
  type Precision,
} from '../../engine/index.js';
import type { MethodContext } from '../../methods/method.js';
import { networkNames, networks } from '../../stylize/networks/index.js';
import { graphBytesOf, thisMachine } from '../estimate/machine.js';
import { findWeights, type NamedWeights, WeightStore } from '../preparing/weights.js';

/** The engine and weights to use. */
export interface EngineChoice {
  /** Default `onnx`. */
  readonly engine?: EngineName;
  /** Default `cpu`. */
  readonly device?: string;
  /** Default `float32`. */
  readonly precision?: Precision;
  readonly threads?: number;
  /** Weights file of the network, which must need one, or one file per network by name. Default: as in a job. */
  readonly weights?: NamedWeights;
}

/** Opens an engine. Dispose it through the context. @throws `engine-unavailable`, `weights-missing` */
export async function openMethodContext(choice: EngineChoice): Promise<MethodContext> {
  const { engine = engineNames[0], device = defaultDevice, precision = 'float32', threads } = choice;
  const weights = new WeightStore(findWeights(byNetwork(choice.weights)));
  return {
    engine: await createEngine(engine, { device, precision, ...(threads !== undefined && { threads }) }),
    batch: () => 1,
    graphBytes: graphBytesOf(thisMachine(), 1),
    weights: (network) => weights.get(network),
    now: () => performance.now(),
  };
}

/** A single file is for the network of a recipe, which is not known yet, so every network that needs weights gets it. */
function byNetwork(weights: NamedWeights | undefined): NamedWeights | undefined {
  if (typeof weights !== 'string') return weights;
  const needing = networkNames.filter((name) => networks[name].needsWeights);
  return Object.fromEntries(needing.map((name) => [name, weights]));
}
