/** Steps per second of each network, taking turns in one process. @module */
import { setTimeout } from 'node:timers/promises';
import { createEngine } from '../../../src/engine/index.js';
import type { RunningBatch } from '../../../src/stylize/batch.js';
import { medianOf } from '../pictures/look.js';
import { contenders, type PerNetwork, perNetwork } from './contenders.js';
import { startOptimization, weightsOf } from './running.js';

export interface SpeedOptions {
  /** Weights file of VGG-19. */
  readonly weights: string;
  readonly sizesPx: readonly number[];
  readonly rounds: number;
}

/** By size in pixels. */
type BySize<T> = Readonly<Record<string, T>>;

export interface SpeedFigures {
  /** By wall time, with the threads of a job that has the machine to itself. */
  readonly stepsPerSecond: BySize<PerNetwork<number>>;
  /** Per second of processor time, with one thread. Other work on the machine hardly affects it. */
  readonly stepsPerProcessorSecond: BySize<PerNetwork<number>>;
  /** Ratio to `vgg19`: of wall time, then of processor time. */
  readonly speedup: BySize<PerNetwork<number>>;
  readonly processorSpeedup: BySize<PerNetwork<number>>;
}

/** Recorded steps of a turn. One before them fills the caches. */
const stepsOfTurn = 3;
/** Threads of a contender that wait for work spin for a while. */
const pauseMs = 100;

const wallMs = (): number => performance.now();
function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Measures optimization steps with L-BFGS of one image. Figures are medians. */
export async function benchSpeed({ weights, sizesPx, rounds }: SpeedOptions): Promise<SpeedFigures> {
  const measure = async (clock: () => number, threads?: number) => {
    const figures: Record<string, PerNetwork<number>> = {};
    for (const sizePx of sizesPx) {
      const engine = await createEngine('onnx', threads === undefined ? {} : { threads });
      const batches = await perNetwork(async (network) =>
        startOptimization(engine, network, await weightsOf(network, weights), sizePx),
      );
      figures[sizePx] = await stepsPerSecond(batches, clock, rounds);
      for (const network of contenders) batches[network].dispose();
      engine.dispose();
    }
    return figures;
  };
  const [wall, processor] = [await measure(wallMs), await measure(processorMs, 1)];
  return {
    stepsPerSecond: wall,
    stepsPerProcessorSecond: processor,
    speedup: relative(wall),
    processorSpeedup: relative(processor),
  };
}

async function stepsPerSecond(
  batches: PerNetwork<RunningBatch>,
  clock: () => number,
  rounds: number,
): Promise<PerNetwork<number>> {
  const times: PerNetwork<number[]> = { vgg19: [], compact: [], random: [] };
  for (let round = 0; round < rounds; round++) {
    for (const network of contenders) {
      await setTimeout(pauseMs);
      for (let step = -1; step < stepsOfTurn; step++) {
        const started = clock();
        await batches[network].step();
        if (step >= 0) times[network].push(clock() - started);
      }
    }
  }
  return perNetwork(async (network) => 1000 / medianOf(times[network]));
}

const relative = (figures: BySize<PerNetwork<number>>): BySize<PerNetwork<number>> =>
  Object.fromEntries(
    Object.entries(figures).map(([size, { vgg19, compact, random }]) => [
      size,
      { vgg19: 1, compact: compact / vgg19, random: random / vgg19 },
    ]),
  );
