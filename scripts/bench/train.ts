/** Measures training steps: the onnx engine, TF.js's own CPU backend, and PyTorch on the same step. @module */
import { availableParallelism } from 'node:os';
import { setTimeout } from 'node:timers/promises';
import { createEngine } from '../../src/engine/index.js';
import { createTrainer } from '../../src/train/trainer.js';
import { type MemoryFormat, openTorch } from './torch.js';
import { trainBatch, trainTask } from './train-task.js';

/** Options of {@link benchTrain}. */
export interface TrainBenchOptions {
  /** Threads of each contender. Default: as many as there are cores. */
  readonly threads?: number;
  /** A Python that has PyTorch. Default `python3`; without PyTorch, its figures are missing. */
  readonly python?: string;
  /** Images of one step. Default 16. */
  readonly batch?: number;
  /** Side of the images in pixels. Default 64. */
  readonly sizePx?: number;
  /** Number of rounds of one step of each contender. Default 15. */
  readonly rounds?: number;
}

const learningRate = 1e-3;
/** TF.js's CPU backend takes seconds for one image. */
const referenceBatch = 1;
/** Threads of a contender that wait for work spin for a while. */
const pauseMs = 100;

/** What a step took: time, and processor time of its process. */
interface Times {
  readonly ms: number;
  readonly processorMs: number;
}

const median = (times: readonly number[]): number => times.toSorted((a, b) => a - b)[times.length >> 1];

/**
 * Trains the classifier of `train-task.ts` in each contender, with the same numbers, optimizer and threads. They take
 * turns, so that other load on the machine affects all of them equally. Figures are medians. Those of processor time, which
 * other load hardly affects, are the times of this process and of Python's; with several threads they include spinning.
 */
export async function benchTrain(options: TrainBenchOptions = {}): Promise<Record<string, number>> {
  const {
    threads = availableParallelism(),
    python = 'python3',
    batch = 16,
    sizePx = 64,
    rounds = 15,
  } = options;
  const task = trainTask(batch, sizePx);
  const given = trainBatch(task);
  const trainer = await createTrainer(await createEngine('onnx', { threads }), task);
  const tensors = [...Object.values(task.parameters), given.images, given.labels];
  const torch = await openTorch(python, threads, tensors);
  const formats: MemoryFormat[] = torch ? ['contiguous', 'channelsLast'] : [];
  const times: Record<string, Times[]> = { onnx: [], contiguous: [], channelsLast: [] };
  let [loss, torchLoss] = [0, 0];
  for (let round = -2; round < rounds; round++) {
    const [started, used] = [performance.now(), process.cpuUsage()];
    ({ loss } = await trainer.step(given, learningRate));
    const ms = performance.now() - started;
    const { user, system } = process.cpuUsage(used);
    const measured: Record<string, Times> = { onnx: { ms, processorMs: (user + system) / 1000 } };
    for (const format of formats) {
      await setTimeout(pauseMs);
      const step = await torch?.step(format);
      if (step) measured[format] = step;
      if (format === 'contiguous') torchLoss = step?.loss ?? 0;
    }
    await setTimeout(pauseMs);
    if (round < 0) continue;
    for (const [name, taken] of Object.entries(measured)) times[name].push(taken);
  }
  trainer.dispose();
  await torch?.close();
  const medianOf = (name: string, key: keyof Times) => median(times[name].map((taken) => taken[key]));
  const perSecond = (name: string): number => (1000 * batch) / medianOf(name, 'ms');
  const processorOver = (format: MemoryFormat) =>
    medianOf(format, 'processorMs') / medianOf('onnx', 'processorMs');
  const referencePerSecond = await referenceSpeed(sizePx);
  const imagesPerSecond = perSecond('onnx');
  return {
    threads,
    imagesPerSecond,
    referenceImagesPerSecond: referencePerSecond,
    overReference: imagesPerSecond / referencePerSecond,
    ...(torch && {
      torchImagesPerSecond: perSecond('contiguous'),
      torchChannelsLastImagesPerSecond: perSecond('channelsLast'),
      overTorch: imagesPerSecond / perSecond('contiguous'),
      overTorchChannelsLast: imagesPerSecond / perSecond('channelsLast'),
      processorOverTorch: processorOver('contiguous'),
      processorOverTorchChannelsLast: processorOver('channelsLast'),
      torchLossDifference: Math.abs(loss - torchLoss) / torchLoss,
    }),
  };
}

/** Images per second on TF.js's CPU backend, measured on one step. */
async function referenceSpeed(sizePx: number): Promise<number> {
  const task = trainTask(referenceBatch, sizePx);
  const trainer = await createTrainer(await createEngine('reference'), task);
  const started = performance.now();
  await trainer.step(trainBatch(task), learningRate);
  const elapsedMs = performance.now() - started;
  trainer.dispose();
  return (1000 * referenceBatch) / elapsedMs;
}
