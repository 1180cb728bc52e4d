/** ONNX Runtime session options. @module */
import type { InferenceSession } from 'onnxruntime-node';
import type { EngineOptions } from '../engine.js';
import { onnxDevice } from './devices.js';

/**
 * Returns the options for a session. Logging is off, because problems are thrown as errors. All graph optimizations are
 * on, including the blocked convolution layout. Threads keep spinning while they wait: without spinning, an engine that
 * has the machine to itself loses a fifth of its speed. (A single-threaded engine has no worker threads.) Planning the
 * memory of a whole step in advance would take up to a third more of it, and is no faster.
 */
export const sessionOptions = (options: EngineOptions): InferenceSession.SessionOptions => ({
  executionProviders: onnxDevice(options.device ?? 'cpu').providers,
  intraOpNumThreads: options.threads ?? 0,
  interOpNumThreads: 1,
  graphOptimizationLevel: 'all',
  logSeverityLevel: 4,
  enableMemPattern: false,
});
