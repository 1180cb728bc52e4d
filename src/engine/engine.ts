/**
 * The engine interface. An engine compiles a plain TF.js function and runs it on a device. It knows about tensors,
 * shapes and weights, and nothing about style transfer.
 * @module
 */
import type { Tensor } from '@tensorflow/tfjs';

/** A tensor's dimensions; images are `[batch, height, width, channels]`. */
export type Shape = readonly number[];

/** A float32 array and its shape. Elements are in row-major order of the logical (TF.js) dimensions. */
export interface HostTensor {
  readonly data: Float32Array;
  readonly shape: Shape;
}

/** A record of values, such as tensors or shapes, keyed by name. */
export type Named<T> = Readonly<Record<string, T>>;

/**
 * A pure TF.js function from named tensors to named tensors. It may call any TF.js operation, including gradients,
 * but it must not read values (`dataSync`), because tensors have no values while an engine traces the function.
 * `weights` are constants of the compiled function.
 */
export type TensorFunction = (inputs: Named<Tensor>, weights: Named<Tensor>) => Named<Tensor>;

/** An opaque float32 tensor owned by an engine. Its data may live on the device. */
export interface Value {
  readonly shape: Shape;
  /** Frees the memory of the value. Do not use the value afterwards. */
  dispose(): void;
}

/** A function compiled for fixed input shapes. */
export interface Compiled {
  /** The shape of each output. */
  readonly outputs: Named<Shape>;
  /**
   * Runs the function. Inputs stay valid and unchanged. Outputs are new values; the caller disposes them. Runs that begin before
   * another one ended do not disturb each other.
   * @throws `shape-mismatch` if an input is missing or its shape differs from the compiled one
   * @throws `engine-failed` if the device fails
   */
  run(inputs: Named<Value>): Promise<Named<Value>>;
  dispose(): void;
}

/** How a function is applied to its own results. */
export interface Repetition {
  /** For an input, the output whose value it has the next time. Its shape must be the same. */
  readonly carried: Named<string>;
  /**
   * Outputs that are kept of every time; of shape `[n]` each, together `[times, n]`. Of the others, the last are
   * returned; they must be carried.
   */
  readonly collected: readonly string[];
}

/** A function that is applied to its own results, without a return to the host in between. */
export interface Repeated {
  /**
   * Runs the function `times` times. Inputs stay valid and unchanged. Outputs are new values; the caller disposes them.
   * @throws like {@link Compiled.run}
   */
  run(inputs: Named<Value>, times: number): Promise<Named<Value>>;
  dispose(): void;
}

/** How many nodes of a compiled function run where: by provider of the runtime, then by operator. */
export type Placement = Named<Readonly<Record<string, number>>>;

/** Constants for {@link Engine.compile}. The `digest` identifies the content, so engines can cache and share it. */
export interface WeightSet {
  readonly digest: string;
  readonly tensors: Named<HostTensor>;
  /** What the file says about itself, such as its license. Default: nothing. */
  readonly metadata?: Named<string>;
}

/** The precisions in which an engine can compute. Values that go in and come out are float32 in all of them. */
export const precisions = ['float32', 'bf16', 'float16'] as const;

/** One of {@link precisions}. */
export type Precision = (typeof precisions)[number];

/** Compiles and runs TF.js functions on one device. */
export interface Engine {
  /** `onnx`, `reference`, ... */
  readonly name: string;
  /** `cpu`, `cuda:0`, ... */
  readonly device: string;
  /** The runtime and its version, to be recorded with results: `onnxruntime 1.30.0`. */
  readonly version: string;
  /** The precision of its products and convolutions. */
  readonly precision: Precision;
  /**
   * Compiles a TF.js function for fixed input shapes.
   * @throws `kernel-unsupported` if the function uses a TF.js kernel that the engine cannot execute
   * @throws `trace-data-dependent` if the function reads the values of a tensor
   */
  compile(fn: TensorFunction, inputs: Named<Shape>, weights?: WeightSet): Promise<Compiled>;
  /** Compiles a function that is applied to its own results. Missing where single runs are as fast. */
  readonly compileRepeated?: (
    fn: TensorFunction,
    inputs: Named<Shape>,
    repetition: Repetition,
    weights?: WeightSet,
  ) => Promise<Repeated>;
  /** Finds out where the nodes of a function run. Missing where all run in one place. */
  readonly placement?: (fn: TensorFunction, inputs: Named<Shape>, weights?: WeightSet) => Promise<Placement>;
  /** Copies an array to the device. */
  put(tensor: HostTensor): Value;
  /** Copies a value to the host, in logical (NHWC) order. */
  read(value: Value): Promise<Float32Array>;
  /** Overwrites one row (an index along the first dimension) in place, e.g. to add an item to a running batch. */
  assign(value: Value, row: number, data: Float32Array): void;
  dispose(): void;
}

/** Options for creating an engine. */
export interface EngineOptions {
  /** Number of CPU threads. The engine chooses by default. */
  readonly threads?: number;
  /** The device to run on; `cpu` by default. */
  readonly device?: string;
  /** `float32` by default. */
  readonly precision?: Precision;
  /** Whether it offers {@link Engine.compileRepeated}. By default it does where that is faster. */
  readonly repeats?: boolean;
}
