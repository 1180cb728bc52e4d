/** Prints the peak memory of an optimization in MB: `node memory-child.js NETWORK WEIGHTS SIZE`. @module */
import { enableProdMode } from '@tensorflow/tfjs';
import { createEngine } from '../../../src/engine/index.js';
import { peakBytes, resetPeak } from '../peak-memory.js';
import type { Contender } from './contenders.js';
import { startOptimization, weightsOf } from './running.js';

const steps = 4;

const [network, weightsFile, size] = process.argv.slice(2) as [Contender, string, string];
enableProdMode();
const engine = await createEngine('onnx');
// Loading is not part of the figure. It touches every tensor, because VGG-19's are converted on first use.
const weights = await weightsOf(network, weightsFile);
for (const tensor of Object.values(weights.tensors)) void tensor.data;
resetPeak();
const before = process.memoryUsage.rss();
const batch = await startOptimization(engine, network, weights, Number(size));
for (let step = 0; step < steps; step++) await batch.step();
process.stdout.write(`${(peakBytes() - before) / 1e6}\n`);
batch.dispose();
engine.dispose();
