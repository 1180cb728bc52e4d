/** Times the VGG-19 step of the engine benchmark on one device: `node throughput.js <device> <size> <batch>`. @module */
import { enableProdMode } from '@tensorflow/tfjs';
import { createEngine } from '../../src/engine/index.js';
import { stepInputs } from '../bench/engine.js';
import { step, stepFlop, stepShapes, stepWeights } from '../bench/vgg.js';

const [device, size, images] = process.argv.slice(2);
const [sizePx, batch, rounds] = [Number(size), Number(images), 10];

enableProdMode();
const engine = await createEngine('onnx', { device });
const started = performance.now();
const compiled = await engine.compile(step, stepShapes(sizePx, batch), await stepWeights());
const compileMs = performance.now() - started;
const inputs = Object.entries(stepInputs(sizePx, batch)).map(([name, host]) => [name, engine.put(host)]);
const values = Object.fromEntries(inputs);
const times: number[] = [];
for (let round = -3; round < rounds; round++) {
  const before = performance.now();
  const outputs = await compiled.run(values);
  if (round >= 0) times.push(performance.now() - before);
  for (const value of Object.values(outputs)) value.dispose();
}
const stepMs = times.toSorted((a, b) => a - b)[times.length >> 1];
const tflops = (stepFlop(sizePx) * batch) / stepMs / 1e9;
const line = { device, sizePx, batch, compileMs, stepMs, imagesPerSecond: (1000 * batch) / stepMs, tflops };
process.stdout.write(`${JSON.stringify(line)}\n`);
