/**
 * Times whole optimization steps on one device and says how far their loss is from that of float32 on the processor:
 * `node optimize.js <device> <network> <size> <images> <precision> [<weights of vgg19>]`.
 * @module
 */
import { spawnSync } from 'node:child_process';
import { enableProdMode } from '@tensorflow/tfjs';
import { createEngine, type Engine, type Precision } from '../../src/engine/index.js';
import type { Contender } from '../bench/networks/contenders.js';
import { startOptimization, weightsOf } from '../bench/networks/running.js';

const [device, network, size, images, precision, weightsFile = ''] = process.argv.slice(2);
const [sizePx, batch, steps] = [Number(size), Number(images), 24];

enableProdMode();
const weights = await weightsOf(network as Contender, weightsFile);

/** The median time of a step, and the final loss of the first image. */
async function run(engine: Engine, images: number): Promise<{ stepMs: number; loss: number }> {
  const running = await startOptimization(engine, network as Contender, weights, sizePx, { images, steps });
  const stepsMs: number[] = [];
  let loss: number | undefined;
  while (running.active > 0) {
    const before = performance.now();
    const { times, outcomes } = await running.step();
    stepsMs.push((performance.now() - before) / times);
    for (const outcome of outcomes) {
      if ('error' in outcome) throw outcome.error;
      loss ??= outcome.result.curve.at(-1)?.total;
    }
  }
  running.dispose();
  return { stepMs: stepsMs.toSorted((a, b) => a - b)[stepsMs.length >> 1], loss: loss ?? Number.NaN };
}

const engine = await createEngine('onnx', { device, precision: precision as Precision });
const { stepMs, loss } = await run(engine, batch);
const memoryMb = gpuMemoryMb() ?? process.resourceUsage().maxRSS / 1000;
engine.dispose();
const { loss: expected } = await run(await createEngine('onnx'), 1);
const figures = { stepMs, stepsPerSecond: (1000 * batch) / stepMs, memoryMb, lossRatio: loss / expected };
process.stdout.write(`${JSON.stringify({ device, network, sizePx, batch, precision, ...figures })}\n`);

/** Memory of this process on an NVIDIA GPU, in MB; undefined without one. */
function gpuMemoryMb(): number | undefined {
  const query = ['--query-compute-apps=pid,used_memory', '--format=csv,noheader,nounits'];
  const { stdout, status } = spawnSync('nvidia-smi', query, { encoding: 'utf8' });
  const mine = status === 0 && stdout.split('\n').find((line) => line.startsWith(`${process.pid},`));
  return mine ? Number(mine.split(',')[1]) : undefined;
}
