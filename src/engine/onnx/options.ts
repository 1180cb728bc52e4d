/** How ONNX Runtime is set up. @module */
import type { InferenceSession } from 'onnxruntime-node';
import type { EngineOptions } from '../engine.js';

/**
 * Options of every session. Nothing is logged: what is wrong is thrown. Graphs are optimised as far as ONNX Runtime
 * can, which includes its blocked convolution layout.
 */
export const sessionOptions = (options: EngineOptions): InferenceSession.SessionOptions => ({
  executionProviders: [options.device ?? 'cpu'],
  intraOpNumThreads: options.threads ?? 0,
  interOpNumThreads: 1,
  graphOptimizationLevel: 'all',
  logSeverityLevel: 4,
});
