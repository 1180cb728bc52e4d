/**
 * The reference engine: TF.js's portable CPU backend, run eagerly. It is slow; other engines are tested against it.
 * @module
 */
import { type Tensor, tensor, version_core } from '@tensorflow/tfjs';
import { asWildstyleError, WildstyleError } from '../errors.js';
import type {
  Compiled,
  Engine,
  EngineOptions,
  HostTensor,
  Named,
  Shape,
  TensorFunction,
  Value,
  WeightSet,
} from './engine.js';
import { sizeOf } from './shape.js';
import { withBackend } from './tfjs.js';
import { checkFloat32, checkInputs, checkRow, checkTensor, dataOfValue, HostValue } from './values.js';

class ReferenceValue extends HostValue {}

const dataOf = (value: Value): Float32Array => dataOfValue(value, ReferenceValue);

const asTensor = ({ data, shape }: HostTensor): Tensor => tensor(data, [...shape], 'float32');

/** Calls the function on TF.js's CPU backend, then restores the backend that was active before. */
function execute(
  fn: TensorFunction,
  inputs: Named<HostTensor>,
  weights: Named<HostTensor>,
): Named<HostTensor> {
  const results: Record<string, HostTensor> = {};
  try {
    withBackend('cpu', () => {
      const tensors = (given: Named<HostTensor>): Named<Tensor> =>
        Object.fromEntries(Object.entries(given).map(([name, host]) => [name, asTensor(host)]));
      for (const [name, output] of Object.entries(fn(tensors(inputs), tensors(weights)))) {
        results[name] = { data: Float32Array.from(output.dataSync()), shape: output.shape };
      }
    });
  } catch (error) {
    throw asWildstyleError(error, 'engine-failed');
  }
  return results;
}

class ReferenceCompiled implements Compiled {
  #outputs: Named<Shape> | undefined;

  constructor(
    readonly fn: TensorFunction,
    readonly inputShapes: Named<Shape>,
    readonly weights: Named<HostTensor>,
  ) {}

  /** The output shapes of an eager function are unknown until it has run. If it has not, it is run on zeros. */
  get outputs(): Named<Shape> {
    if (!this.#outputs) {
      const zeros = Object.entries(this.inputShapes).map(([name, shape]) => {
        return [name, { data: new Float32Array(sizeOf(shape)), shape }];
      });
      this.#execute(Object.fromEntries(zeros));
    }
    return this.#outputs as Named<Shape>;
  }

  async run(inputs: Named<Value>): Promise<Named<Value>> {
    checkInputs(this.inputShapes, inputs);
    const given = Object.keys(this.inputShapes).map((name) => [
      name,
      { data: dataOf(inputs[name]), shape: inputs[name].shape },
    ]);
    const results = Object.entries(this.#execute(Object.fromEntries(given)));
    return Object.fromEntries(
      results.map(([name, { data, shape }]) => [name, new ReferenceValue(shape, data)]),
    );
  }

  dispose(): void {}

  #execute(inputs: Named<HostTensor>): Named<HostTensor> {
    const results = execute(this.fn, inputs, this.weights);
    this.#outputs ??= Object.fromEntries(Object.entries(results).map(([name, { shape }]) => [name, shape]));
    return results;
  }
}

const referenceEngine: Engine = {
  name: 'reference',
  device: 'cpu',
  version: `tfjs ${version_core}`,
  precision: 'float32',
  async compile(fn: TensorFunction, inputs: Named<Shape>, weights?: WeightSet): Promise<Compiled> {
    return new ReferenceCompiled(fn, inputs, weights?.tensors ?? {});
  },
  put(host: HostTensor): Value {
    checkTensor(host);
    return new ReferenceValue([...host.shape], host.data.slice());
  },
  async read(value: Value): Promise<Float32Array> {
    return dataOf(value).slice();
  },
  assign(value: Value, row: number, data: Float32Array): void {
    checkRow(value, row, data);
    dataOf(value).set(data, row * data.length);
  },
  dispose(): void {},
};

/**
 * Creates the engine that runs TF.js functions eagerly on one CPU thread.
 * @throws `engine-unavailable` for any device but `cpu`
 */
export async function createReferenceEngine(options: EngineOptions = {}): Promise<Engine> {
  const { device = 'cpu' } = options;
  checkFloat32('reference', options);
  if (device !== 'cpu') {
    throw new WildstyleError('engine-unavailable', `The reference engine does not run on "${device}".`, {
      cure: 'Use the device "cpu".',
    });
  }
  return referenceEngine;
}
