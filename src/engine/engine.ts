/**
 * What an engine is: something that executes a plain TF.js function on a device. An engine knows tensors,
 * shapes and weights; it does not know what a style is.
 * @module
 */
import type { Tensor } from '@tensorflow/tfjs';

/** A tensor's dimensions; images are `[batch, height, width, channels]`. */
export type Shape = readonly number[];

/** A float32 array with its shape, in row-major order of the logical (TF.js) dimensions. */
export interface HostTensor {
  readonly data: Float32Array;
  readonly shape: Shape;
}

/** Tensors by name. */
export type Named<T> = Readonly<Record<string, T>>;

/**
 * A pure TF.js function: tensors in by name, tensors out by name. It may call any TF.js operation, gradients
 * included, but may not read a value (`dataSync`), because a tracing engine has none. `weights` are constants of
 * the compiled function.
 */
export type TensorFunction = (inputs: Named<Tensor>, weights: Named<Tensor>) => Named<Tensor>;

/** An opaque float32 tensor owned by an engine; it may live on the device. */
export interface Value {
  readonly shape: Shape;
  /** Frees what the value holds. A disposed value may not be used again. */
  dispose(): void;
}

/** A function that an engine has compiled for fixed input shapes. */
export interface Compiled {
  readonly outputs: Named<Shape>;
  /**
   * Runs the function. Inputs stay valid and unchanged; outputs are new values that the caller disposes.
   * @throws `shape-mismatch` when an input is missing or has another shape than compiled for
   * @throws `engine-failed` when the device fails
   */
  run(inputs: Named<Value>): Promise<Named<Value>>;
  dispose(): void;
}

/** Constants for {@link Engine.compile}. The `digest` names the content, so that engines may share and cache it. */
export interface WeightSet {
  readonly digest: string;
  readonly tensors: Named<HostTensor>;
}

export interface Engine {
  /** `onnx`, `reference`, ... */
  readonly name: string;
  /** `cpu`, `cuda:0`, ... */
  readonly device: string;
  /** Versions of what executes, for the record: `onnxruntime 1.30.0`. */
  readonly version: string;
  /**
   * Compiles a TF.js function for fixed input shapes.
   * @throws `kernel-unsupported` naming the TF.js kernel that the engine cannot execute
   * @throws `trace-data-dependent` when the function reads a tensor's values
   */
  compile(fn: TensorFunction, inputs: Named<Shape>, weights?: WeightSet): Promise<Compiled>;
  /** Copies an array to the device. */
  put(tensor: HostTensor): Value;
  /** Copies a value back, in logical (NHWC) order. */
  read(value: Value): Promise<Float32Array>;
  /** Overwrites one row (the first dimension) of a value in place: how an item joins a running batch. */
  assign(value: Value, row: number, data: Float32Array): void;
  dispose(): void;
}

/** What may be asked of an engine when it is made. */
export interface EngineOptions {
  /** Threads of one engine on a CPU; default: decided by the engine. */
  readonly threads?: number;
  /** `cpu` by default. */
  readonly device?: string;
}
