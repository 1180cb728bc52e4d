/** How ONNX Runtime is set up. @module */
import type { InferenceSession } from 'onnxruntime-node';
import type { EngineOptions } from '../engine.js';

/**
 * Options of every session. Nothing is logged: what is wrong is thrown. Graphs are optimized as far as ONNX Runtime
 * can, which includes its blocked convolution layout. Its threads spin while they wait: asleep, they cost a fifth of
 * the speed where an engine has the machine to itself, and an engine of one thread has none.
 */
export const sessionOptions = (options: EngineOptions): InferenceSession.SessionOptions => ({
  executionProviders: [options.device ?? 'cpu'],
  intraOpNumThreads: options.threads ?? 0,
  interOpNumThreads: 1,
  graphOptimizationLevel: 'all',
  logSeverityLevel: 4,
});
