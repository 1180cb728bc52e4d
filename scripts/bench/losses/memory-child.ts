/** Prints the peak memory of a loss in MB: `node memory-child.js LOSS SIZE`. @module */
import { enableProdMode } from '@tensorflow/tfjs';
import { createEngine } from '../../../src/engine/index.js';
import { peakBytes, resetPeak } from '../peak-memory.js';
import { stepWeights } from '../vgg.js';
import { lossGraph, specOfLoss } from './graph.js';

const runs = 2;

const [loss, size] = process.argv.slice(2);
enableProdMode();
const engine = await createEngine('onnx');
// Loading is not part of the figure. It touches every tensor, because VGG-19's are converted on first use.
const weights = await stepWeights();
for (const tensor of Object.values(weights.tensors)) void tensor.data;
resetPeak();
const before = process.memoryUsage.rss();
const graph = await lossGraph(engine, specOfLoss(loss), weights, Number(size));
for (let run = 0; run < runs; run++) await graph.run();
process.stdout.write(`${(peakBytes() - before) / 1e6}\n`);
graph.dispose();
engine.dispose();
