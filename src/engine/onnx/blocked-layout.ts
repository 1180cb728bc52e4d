/** The blocked layout of ONNX Runtime's CPU convolutions, which depends on the processor. @module */
import { Graph } from './graph.js';
import { serialize } from './serialize.js';

/** The domain of the operators on blocked images. */
export const blockedDomain = 'com.microsoft.nchwc';

/** Runs the operator that changes the layout, and sees to how many channels it completes four. */
async function foundBlock(): Promise<number> {
  const graph = new Graph();
  const dimensions = [1, 4, 1, 1];
  const input = graph.input(dimensions);
  const result = graph.add('ReorderInput', [input], { dimensions: [] }, {}, blockedDomain);
  const output = graph.output(result);
  // As for the engine; this may be the first to load ONNX Runtime.
  process.env.ORT_DISABLE_TELEMETRY ??= '1';
  const { InferenceSession, Tensor } = await import('onnxruntime-node');
  try {
    const session = await InferenceSession.create(serialize(graph).bytes, {
      intraOpNumThreads: 1,
      logSeverityLevel: 4,
    });
    const results = await session.run({
      [input.name]: new Tensor('float32', new Float32Array(4), dimensions),
    });
    await session.release();
    return results[output.name].dims[1];
  } catch {
    return 1;
  }
}

/** Number of channels in a block: 16 with AVX-512, 8 with AVX; 1 if this processor has no blocked convolutions. */
export const blockChannels: number = await foundBlock();
