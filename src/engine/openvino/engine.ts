/** The openvino engine: traces TF.js functions like the onnx engine and runs the graphs with OpenVINO on the CPU. @module */
import pLimit from 'p-limit';
import { asWildstyleError, WildstyleError } from '../../errors.js';
import type {
  Compiled,
  Engine,
  EngineOptions,
  HostTensor,
  Named,
  Precision,
  Shape,
  TensorFunction,
  Value,
  WeightSet,
} from '../engine.js';
import { serializeWhole } from '../onnx/serialize.js';
import { boundaryValues } from '../onnx/tracing/boundary-values.js';
import { type Recording, record } from '../onnx/tracing/capture.js';
import type { Constant } from '../onnx/tracing/symbol.js';
import type { TraceOptions } from '../onnx/tracing/trace.js';
import { SharedConstants } from '../onnx/weights.js';
import { checkInputs, HostValue } from '../values.js';
import { type Handle, type OpenvinoLibrary, openvinoLibrary, resultOf } from './library.js';
import { hasNativeBf16 } from './processor.js';

class OpenvinoValue extends HostValue {}

const values = boundaryValues(OpenvinoValue);

/** OpenVINO fuses transpositions into products. It computes a steep hard sigmoid wrongly, and cannot unpool. */
export const openvinoTrace: TraceOptions = {
  minimalFiltering: false,
  poolingIndices: false,
  ownOperators: false,
  productsSum: false,
  steepSigmoid: false,
  preciseFunctions: true,
  anyChannels: true,
};

/** The types that the library knows by other names. */
const precisionHints: Readonly<Partial<Record<Precision, string>>> = { float32: 'f32', bf16: 'bf16' };

class OpenvinoCompiled implements Compiled {
  readonly outputs: Named<Shape>;
  readonly #handles: Handle[] = [];
  readonly #views = new Map<string, Float32Array>();
  /** Runs share the memory of inputs and outputs, so they take turns. */
  readonly #inTurn = pLimit(1);
  #disposed = false;

  constructor(
    private readonly library: OpenvinoLibrary,
    private readonly compiled: Handle,
    private readonly request: Handle,
    private readonly inputShapes: Named<Shape>,
    private readonly recording: Pick<Recording, 'inputs' | 'outputs'>,
  ) {
    this.outputs = Object.fromEntries(recording.outputs.map(({ name, shape }) => [name, shape]));
  }

  async run(inputs: Named<Value>): Promise<Named<Value>> {
    checkInputs(this.inputShapes, inputs);
    return this.#inTurn(() => this.#runAlone(inputs));
  }

  async #runAlone(inputs: Named<Value>): Promise<Named<Value>> {
    try {
      for (const { name, edge } of this.recording.inputs) this.#view(edge).set(values.dataOf(inputs[name]));
      await this.#infer();
      return Object.fromEntries(
        this.recording.outputs.map(({ name, edge, shape }) => [
          name,
          new OpenvinoValue(shape, this.#view(edge).slice()),
        ]),
      );
    } catch (error) {
      throw asWildstyleError(error, 'engine-failed');
    }
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    void this.#inTurn(() => {
      this.#views.clear();
      const { free } = this.library;
      for (const tensor of this.#handles) free.tensor(tensor);
      free.request(this.request);
      free.compiled(this.compiled);
    });
  }

  /** The memory of an input or output. */
  #view(edge: string): Float32Array {
    let view = this.#views.get(edge);
    if (!view) {
      const { getTensor, tensorBytes, tensorData, koffi } = this.library;
      const tensor = resultOf(this.library, 'tensor', getTensor, this.request, edge);
      this.#handles.push(tensor);
      const bytes = Number(resultOf(this.library, 'size', tensorBytes, tensor));
      view = new Float32Array(koffi.view(resultOf(this.library, 'data', tensorData, tensor), bytes));
      this.#views.set(edge, view);
    }
    return view;
  }

  /** Runs the graph on a thread of its own, so that the event loop continues. */
  #infer(): Promise<void> {
    const { infer, lastError } = this.library;
    return new Promise((resolve, reject) => {
      infer.async(this.request, (error: unknown, status: unknown) => {
        if (error) reject(error);
        else if (status !== 0) reject(new Error(lastError() || `status ${status}`));
        else resolve();
      });
    });
  }
}

class OpenvinoEngine implements Engine {
  readonly name = 'openvino';
  readonly device = 'cpu';
  readonly version: string;
  readonly put: (tensor: HostTensor) => Value = values.put;
  readonly read: (value: Value) => Promise<Float32Array> = values.read;
  readonly assign: (value: Value, row: number, data: Float32Array) => void = values.assign;
  readonly #constants = new SharedConstants();
  #disposed = false;

  constructor(
    private readonly library: OpenvinoLibrary,
    private readonly core: Handle,
    private readonly options: EngineOptions,
    readonly precision: Precision,
  ) {
    this.version = `openvino ${library.version}`;
  }

  async compile(fn: TensorFunction, inputs: Named<Shape>, weights?: WeightSet): Promise<Compiled> {
    const constants: Named<Constant> = weights ? this.#constants.of(weights) : {};
    const recording = record(fn, inputs, constants, openvinoTrace);
    const library = this.library;
    try {
      const bytes = serializeWhole(recording.graph);
      const model = resultOf(library, 'model', library.readModel, this.core, bytes, bytes.length, null);
      const compiled = this.#compileModel(model);
      const request = resultOf(library, 'request', library.createRequest, compiled);
      const { inputs: used, outputs } = recording;
      return new OpenvinoCompiled(library, compiled, request, inputs, { inputs: used, outputs });
    } catch (error) {
      throw asWildstyleError(error, 'engine-failed');
    }
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#constants.clear();
    this.library.free.core(this.core);
  }

  #compileModel(model: Handle): Handle {
    const library = this.library;
    const { threads } = this.options;
    const properties = {
      INFERENCE_PRECISION_HINT: precisionHints[this.precision],
      PERFORMANCE_HINT: 'LATENCY',
      ...(threads !== undefined && { INFERENCE_NUM_THREADS: threads }),
    };
    const given = Object.entries(properties).flatMap(([key, value]) => [key, `${value}`]);
    const typed = given.flatMap((text) => ['const char *', text]);
    const result = [null as Handle];
    const status = library.compileModel(this.core, model, 'CPU', given.length, result, ...typed) as number;
    library.free.model(model);
    if (status !== 0) throw new Error(`compile: ${library.lastError() || `status ${status}`}`);
    return result[0];
  }
}

/**
 * Creates the engine that traces TF.js functions and runs them with OpenVINO.
 * @throws `engine-unavailable` if OpenVINO is missing, or for a device other than `cpu`, or for a precision that the
 *   processor does not compute natively
 */
export async function createOpenvinoEngine(options: EngineOptions = {}): Promise<Engine> {
  const { device = 'cpu', precision = 'float32' } = options;
  if (device !== 'cpu') {
    throw new WildstyleError('engine-unavailable', `The openvino engine does not run on "${device}".`, {
      cure: 'Use the device "cpu".',
    });
  }
  if (!precisionHints[precision]) {
    throw new WildstyleError('engine-unavailable', `The openvino engine has no ${precision} on CPUs.`, {
      cure: 'Use the precision float32, or bf16 on a processor with AMX.',
    });
  }
  if (precision === 'bf16' && !hasNativeBf16()) {
    const message = 'This processor does not compute bf16 natively (AMX): it would be slower than float32.';
    throw new WildstyleError('engine-unavailable', message, { cure: 'Use the precision float32.' });
  }
  const library = openvinoLibrary();
  try {
    return new OpenvinoEngine(library, resultOf(library, 'core', library.createCore), options, precision);
  } catch (error) {
    throw asWildstyleError(error, 'engine-unavailable');
  }
}
