/** The onnx engine: traces TF.js functions and runs the graphs with ONNX Runtime. @module */
import { createRequire } from 'node:module';
import { add, conv2d, fill, reshape, type Tensor4D } from '@tensorflow/tfjs';
import { InferenceSession, listSupportedBackends, Tensor } from 'onnxruntime-node';
import { asWildstyleError, WildstyleError } from '../../errors.js';
import type {
  Compiled,
  Engine,
  EngineOptions,
  HostTensor,
  Named,
  Precision,
  Repeated,
  Repetition,
  Shape,
  TensorFunction,
  Value,
  WeightSet,
} from '../engine.js';
import { isNvidia } from '../gpus.js';
import { setupCommand } from '../libraries/setup-command.js';
import { checkFloat32, checkInputs, HostValue } from '../values.js';
import { deviceReason } from './device-errors.js';
import { missingProvider, onnxDevice } from './devices.js';
import { type Loop, loopOf } from './loop.js';
import { sessionOptions } from './options.js';
import { placementOf } from './placement.js';
import { type SerializedModel, serialize } from './serialize.js';
import { boundaryLayout } from './tracing/axis-order.js';
import { boundaryValues } from './tracing/boundary-values.js';
import { type Recording, record } from './tracing/capture.js';
import { SharedConstants } from './weights.js';

/** A tensor in the memory layout of compiled functions, {@link boundaryLayout}. */
class OnnxValue extends HostValue {}

const values = boundaryValues(OnnxValue);

/** The inputs of a graph as ONNX Runtime takes them. */
function feedsOf(inputs: Named<Value>, used: Recording['inputs']): Record<string, Tensor> {
  return Object.fromEntries(
    used.map(({ name, edge }) => {
      const { shape } = inputs[name];
      const dimensions = boundaryLayout(shape.length).map((axis) => shape[axis]);
      return [edge, new Tensor('float32', values.dataOf(inputs[name]), dimensions)];
    }),
  );
}

/** A session, and what its subclasses make of its results. */
abstract class OnnxSession {
  #disposed = false;

  constructor(
    readonly inputShapes: Named<Shape>,
    readonly session: InferenceSession,
  ) {}

  protected async results(
    inputs: Named<Value>,
    used: Recording['inputs'],
    others: Readonly<Record<string, Tensor>> = {},
  ): Promise<(edge: string, shape: Shape) => OnnxValue> {
    checkInputs(this.inputShapes, inputs);
    const feeds = { ...feedsOf(inputs, used), ...others };
    try {
      const results = await this.session.run(feeds);
      return (edge, shape) => new OnnxValue(shape, results[edge].data as Float32Array);
    } catch (error) {
      throw asWildstyleError(error, 'engine-failed');
    }
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    // There is nothing to do about a session that fails to release.
    this.session.release().catch(() => {});
  }
}

class OnnxCompiled extends OnnxSession implements Compiled {
  readonly outputs: Named<Shape>;

  constructor(
    inputShapes: Named<Shape>,
    readonly recording: Pick<Recording, 'inputs' | 'outputs'>,
    session: InferenceSession,
  ) {
    super(inputShapes, session);
    this.outputs = Object.fromEntries(recording.outputs.map(({ name, shape }) => [name, shape]));
  }

  async run(inputs: Named<Value>): Promise<Named<Value>> {
    const { inputs: used, outputs } = this.recording;
    const result = await this.results(inputs, used);
    return Object.fromEntries(outputs.map(({ name, edge, shape }) => [name, result(edge, shape)]));
  }
}

class OnnxRepeated extends OnnxSession implements Repeated {
  constructor(
    inputShapes: Named<Shape>,
    readonly loop: Omit<Loop, 'model'>,
    session: InferenceSession,
  ) {
    super(inputShapes, session);
  }

  async run(inputs: Named<Value>, times: number): Promise<Named<Value>> {
    const count = new Tensor('int64', BigInt64Array.of(BigInt(times)), []);
    const result = await this.results(inputs, this.loop.inputs, { [this.loop.times]: count });
    return Object.fromEntries(
      this.loop.outputs.map(({ name, edge, shape, isCollected }) => [
        name,
        result(edge, isCollected ? [times, ...shape] : shape),
      ]),
    );
  }
}

class OnnxEngine implements Engine {
  readonly name = 'onnx';
  readonly device: string;
  readonly version: string;
  readonly precision: Precision;
  readonly put: (tensor: HostTensor) => Value = values.put;
  readonly read: (value: Value) => Promise<Float32Array> = values.read;
  readonly assign: (value: Value, row: number, data: Float32Array) => void = values.assign;
  readonly compileRepeated?: Engine['compileRepeated'];
  readonly placement?: Engine['placement'];
  readonly #options: EngineOptions;
  readonly #constants = new SharedConstants();

  constructor(options: EngineOptions, version: string) {
    this.#options = options;
    this.device = options.device ?? 'cpu';
    this.version = version;
    this.precision = options.precision ?? 'float32';
    if (options.repeats ?? onnxDevice(this.device).repeats) {
      this.compileRepeated = (fn, inputs, repetition, weights) =>
        this.#repeated(fn, inputs, repetition, weights);
    }
    if (this.device !== 'cpu') {
      this.placement = (fn, inputs, weights) =>
        placementOf(this.#recorded(fn, inputs, weights).graph, sessionOptions(this.#options));
    }
  }

  async compile(fn: TensorFunction, inputs: Named<Shape>, weights?: WeightSet): Promise<Compiled> {
    const { graph, ...recording } = this.#recorded(fn, inputs, weights);
    return new OnnxCompiled(inputs, recording, await this.#session(serialize(graph)));
  }

  dispose(): void {
    this.#constants.clear();
  }

  async #repeated(
    fn: TensorFunction,
    inputs: Named<Shape>,
    repetition: Repetition,
    weights?: WeightSet,
  ): Promise<Repeated> {
    const { model, ...loop } = loopOf(this.#recorded(fn, inputs, weights), inputs, repetition);
    return new OnnxRepeated(inputs, loop, await this.#session(model));
  }

  #recorded(fn: TensorFunction, inputs: Named<Shape>, weights?: WeightSet): Recording {
    const { trace } = onnxDevice(this.device, this.precision);
    return record(fn, inputs, weights ? this.#constants.of(weights) : {}, trace);
  }

  async #session({ bytes, externalData }: SerializedModel): Promise<InferenceSession> {
    try {
      return await InferenceSession.create(bytes, { ...sessionOptions(this.#options), externalData });
    } catch (error) {
      throw asWildstyleError(error, 'engine-failed');
    }
  }
}

/**
 * Creates the engine that traces TF.js functions and runs them with ONNX Runtime.
 * @throws `engine-unavailable` if the engine does not support the device, or the device or its libraries are missing
 */
export async function createOnnxEngine(options: EngineOptions = {}): Promise<Engine> {
  const { device = 'cpu' } = options;
  onnxDevice(device);
  // Processors have no convolutions in float16, and nothing here has any in bf16.
  if (options.precision !== 'float16' || device === 'cpu') checkFloat32('onnx', options);
  const missing = missingProvider(
    device,
    listSupportedBackends().map(({ name }) => name),
  );
  if (missing) {
    throw new WildstyleError('engine-unavailable', `The device "${device}" cannot be used: ${missing}.`, {
      cure: 'Use another device; wildstyle doctor shows them.',
    });
  }
  const { version } = createRequire(import.meta.url)('onnxruntime-node/package.json') as { version: string };
  const engine = new OnnxEngine(options, `onnxruntime ${version}`);
  if (device !== 'cpu') await checkDevice(engine);
  return engine;
}

const twice: TensorFunction = ({ x }) => ({ y: add(x, x) });
/** The same by a convolution, which is what half precision is for. */
const twiceByConvolution: TensorFunction = ({ x }) => ({
  y: reshape(conv2d(reshape(x, [1, 1, 2, 1]) as Tensor4D, fill([1, 1, 1, 1], 2), 1, 'same'), [2]),
});

/** How to get the libraries that ONNX Runtime needs on a device, if a command does. */
const librariesOf = (device: string): string =>
  isNvidia(device) ? `, which ${setupCommand('gpu')} gets` : '';

/** Doubles two numbers on the device: an absent driver or library shows itself only when a session is created. */
async function checkDevice(engine: Engine): Promise<void> {
  try {
    const compiled = await engine.compile(engine.precision === 'float16' ? twiceByConvolution : twice, {
      x: [2],
    });
    const [x] = [engine.put({ data: Float32Array.of(1, 2), shape: [2] })];
    const { y } = await compiled.run({ x });
    const [first, second] = await engine.read(y);
    compiled.dispose();
    if (first === 2 && second === 4) return;
    throw new Error(`it added 1 + 1 to ${first} and 2 + 2 to ${second}`);
  } catch (error) {
    const reason = deviceReason(error instanceof Error ? error.message : String(error));
    throw new WildstyleError(
      'engine-unavailable',
      `The device "${engine.device}" cannot be used: ${reason}.`,
      {
        cure: `Check the driver and its libraries${librariesOf(engine.device)}. Or use the device "cpu".`,
        cause: error,
      },
    );
  }
}
