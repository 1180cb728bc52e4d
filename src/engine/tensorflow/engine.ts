/**
 * The tensorflow engine: TF.js functions, run eagerly by TensorFlow through the binding of `@tensorflow/tfjs-node-gpu`.
 * Values stay on the device.
 * @module
 */
import { cast, clone, keep, type Tensor, tensor } from '@tensorflow/tfjs';
import { asWildstyleError, WildstyleError } from '../../errors.js';
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
} from '../engine.js';
import { sizeOf } from '../shape.js';
import { withBackend } from '../tfjs.js';
import { checkFloat32, checkInputs, checkRow, checkTensor } from '../values.js';
import { backendName, type Tensorflow, tensorflow } from './library.js';
import { TensorflowValue } from './value.js';

/** @throws `internal` if another engine created the value, or it was disposed */
function own(value: Value): TensorflowValue {
  if (value instanceof TensorflowValue) return value;
  throw new WildstyleError('internal', 'The value belongs to another engine.');
}

class TensorflowCompiled implements Compiled {
  #outputs: Named<Shape> | undefined;

  constructor(
    private readonly fn: TensorFunction,
    private readonly inputShapes: Named<Shape>,
    private readonly weights: Named<Tensor>,
  ) {}

  /** The output shapes of an eager function are unknown until it has run. If it has not, it is run on zeros. */
  get outputs(): Named<Shape> {
    if (this.#outputs) return this.#outputs;
    const zeros = Object.entries(this.inputShapes).map(([name, shape]): [string, Value] => [
      name,
      TensorflowValue.from({ data: new Float32Array(sizeOf(shape)), shape }),
    ]);
    const results = this.#execute(Object.fromEntries(zeros));
    for (const value of [...zeros.map(([, zero]) => zero), ...Object.values(results)]) value.dispose();
    return this.#outputs as unknown as Named<Shape>;
  }

  async run(inputs: Named<Value>): Promise<Named<Value>> {
    checkInputs(this.inputShapes, inputs);
    return this.#execute(inputs);
  }

  dispose(): void {}

  #execute(inputs: Named<Value>): Named<Value> {
    const names = Object.keys(this.inputShapes);
    const given = Object.fromEntries(names.map((name) => [name, own(inputs[name]).tensor]));
    const results: Record<string, TensorflowValue> = {};
    try {
      withBackend(backendName, () => {
        for (const [name, output] of Object.entries(this.fn(given, this.weights))) {
          // A clone shares the memory: an output may be an input, a weight, or another output.
          const result = output.dtype === 'float32' ? clone(output) : cast(output, 'float32');
          results[name] = new TensorflowValue(keep(result));
        }
      });
    } catch (error) {
      for (const value of Object.values(results)) value.dispose();
      throw asWildstyleError(error, 'engine-failed');
    }
    this.#outputs ??= Object.fromEntries(Object.entries(results).map(([name, { shape }]) => [name, shape]));
    return results;
  }
}

class TensorflowEngine implements Engine {
  readonly name = 'tensorflow';
  readonly precision = 'float32';
  readonly device: string;
  readonly version: string;
  readonly #weights = new Map<string, Named<Tensor>>();

  constructor({ device, version }: Tensorflow) {
    this.device = device;
    this.version = `tensorflow ${version}`;
  }

  async compile(fn: TensorFunction, inputs: Named<Shape>, weights?: WeightSet): Promise<Compiled> {
    return new TensorflowCompiled(fn, inputs, weights ? this.#uploaded(weights) : {});
  }

  put(host: HostTensor): Value {
    checkTensor(host);
    return TensorflowValue.from(host);
  }

  async read(value: Value): Promise<Float32Array> {
    // A tensor that no kernel has used yet is still the array that was put.
    return Float32Array.from(own(value).tensor.dataSync());
  }

  assign(value: Value, row: number, data: Float32Array): void {
    checkRow(value, row, data);
    own(value).assign(row, data);
  }

  dispose(): void {
    for (const tensors of this.#weights.values()) for (const each of Object.values(tensors)) each.dispose();
    this.#weights.clear();
  }

  /** The weights on the device: copied once, for all functions. */
  #uploaded({ digest, tensors }: WeightSet): Named<Tensor> {
    let uploaded = this.#weights.get(digest);
    if (!uploaded) {
      const made: Record<string, Tensor> = {};
      withBackend(backendName, () => {
        for (const [name, host] of Object.entries(tensors)) {
          checkTensor(host);
          made[name] = keep(tensor(host.data, [...host.shape], 'float32'));
        }
      });
      uploaded = made;
      this.#weights.set(digest, uploaded);
    }
    return uploaded;
  }
}

/**
 * Creates the engine that runs TF.js functions with TensorFlow. A process has one TensorFlow: its device and its number
 * of threads are those of the first engine.
 * @throws `engine-unavailable` if TensorFlow or the device is missing
 */
export async function createTensorflowEngine(options: EngineOptions = {}): Promise<Engine> {
  const { device = 'cpu', threads } = options;
  checkFloat32('tensorflow', options);
  if (!/^(cpu|cuda(:\d{1,3})?)$/.test(device)) {
    throw new WildstyleError('engine-unavailable', `The tensorflow engine does not run on "${device}".`, {
      cure: 'Use one of these devices: cpu, cuda, cuda:0.',
    });
  }
  return new TensorflowEngine(tensorflow({ device, ...(threads !== undefined && { threads }) }));
}
