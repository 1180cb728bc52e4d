/** What each loss costs: time over that of the network alone, and peak memory. @module */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { enableProdMode } from '@tensorflow/tfjs';
import { createEngine, type Engine, type WeightSet } from '../../../src/engine/index.js';
import { lossesByTerm } from '../../../src/stylize/terms/index.js';
import { medianOf } from '../pictures/look.js';
import { stepWeights } from '../vgg.js';
import { lossGraph, networkGraph, specOfLoss } from './graph.js';

/** The cost of one loss for one image. */
export interface LossCost {
  /** The name of the term: `style.gram`. */
  readonly loss: string;
  /**
   * Median processor time of the loss and its gradient with respect to the pixels, the network included, with one thread.
   * Other work on the machine hardly affects it.
   */
  readonly ms: number;
  /** Median ratio to the forward and backward pass of VGG-19 through the same layers. */
  readonly overNetwork: number;
  /** By how many MB (10^6 bytes) the memory of a process rises while it compiles and runs the loss. */
  readonly peakMb: number;
}

export interface LossesOptions {
  readonly sizePx: number;
  /** Turns of each loss. Default 7. */
  readonly rounds?: number;
  /** Names of terms. Default: every loss. */
  readonly losses?: readonly string[];
}

const memoryChild = fileURLToPath(new URL('memory-child.js', import.meta.url));

/** Measures each loss with its default parameters at the default layers of VGG-19. Loss and network take turns. */
export async function benchLosses(options: LossesOptions): Promise<LossCost[]> {
  const { sizePx, rounds = 7, losses = Object.keys(lossesByTerm) } = options;
  enableProdMode();
  const weights = await stepWeights();
  const engine = await createEngine('onnx', { threads: 1 });
  const rows: LossCost[] = [];
  for (const loss of losses) {
    if (loss === 'totalVariation') continue;
    const time = await timeOf(engine, weights, loss, sizePx, rounds);
    const { stdout } = await promisify(execFile)(process.execPath, [memoryChild, loss, `${sizePx}`]);
    rows.push({ loss, ...time, peakMb: Number(stdout) });
    process.stderr.write(`${JSON.stringify(rows.at(-1))}\n`);
  }
  engine.dispose();
  return rows;
}

function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

async function timeOf(engine: Engine, weights: WeightSet, loss: string, sizePx: number, rounds: number) {
  const spec = specOfLoss(loss);
  const graphs = [
    await networkGraph(engine, spec, weights, sizePx),
    await lossGraph(engine, spec, weights, sizePx),
  ];
  const times: number[] = [];
  const ratios: number[] = [];
  for (let round = -1; round < rounds; round++) {
    const turn: number[] = [];
    for (const { run } of graphs) {
      const started = processorMs();
      await run();
      turn.push(processorMs() - started);
    }
    if (round < 0) continue;
    times.push(turn[1]);
    ratios.push(turn[1] / turn[0]);
  }
  for (const graph of graphs) graph.dispose();
  return { ms: medianOf(times), overNetwork: medianOf(ratios) };
}
