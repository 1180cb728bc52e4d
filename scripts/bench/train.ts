/** Measures training steps: the onnx engine, TF.js's own CPU backend, and PyTorch on the same step. @module */
import { availableParallelism } from 'node:os';
import { setTimeout } from 'node:timers/promises';
import { createEngine } from '../../src/engine/index.js';
import { createTrainer } from '../../src/train/trainer.js';
import { type MemoryFormat, openTorch } from './torch.js';
import { trainBatch, trainTask } from './train-task.js';

/** Options of {@link benchTrain}. */
export interface TrainBenchOptions {
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

const median = (times: readonly number[]): number => times.toSorted((a, b) => a - b)[times.length >> 1];

/**
 * Trains the classifier of `train-task.ts` in each contender, with the same numbers, optimizer and threads. They take
 * turns, so that other load on the machine affects all of them equally. Figures are medians.
 */
export async function benchTrain(options: TrainBenchOptions = {}): Promise<Record<string, number>> {
  const { python = 'python3', batch = 16, sizePx = 64, rounds = 15 } = options;
  const threads = availableParallelism();
  const task = trainTask(batch, sizePx);
  const given = trainBatch(task);
  const trainer = await createTrainer(await createEngine('onnx', { threads }), task);
  const tensors = [...Object.values(task.parameters), given.images, given.labels];
  const torch = await openTorch(python, threads, tensors);
  const formats: MemoryFormat[] = torch ? ['contiguous', 'channelsLast'] : [];
  const times: Record<string, number[]> = { onnx: [], contiguous: [], channelsLast: [] };
  let [loss, torchLoss] = [0, 0];
  for (let round = -2; round < rounds; round++) {
    const started = performance.now();
    ({ loss } = await trainer.step(given, learningRate));
    const measured: Record<string, number> = { onnx: performance.now() - started };
    for (const format of formats) {
      await setTimeout(pauseMs);
      const step = await torch?.step(format);
      measured[format] = step?.ms ?? 0;
      if (format === 'contiguous') torchLoss = step?.loss ?? 0;
    }
    await setTimeout(pauseMs);
    if (round < 0) continue;
    for (const [name, ms] of Object.entries(measured)) times[name].push(ms);
  }
  trainer.dispose();
  await torch?.close();
  const perSecond = (name: string): number => (1000 * batch) / median(times[name]);
  const referencePerSecond = await referenceSpeed(sizePx);
  const imagesPerSecond = perSecond('onnx');
  return {
    imagesPerSecond,
    referenceImagesPerSecond: referencePerSecond,
    overReference: imagesPerSecond / referencePerSecond,
    ...(torch && {
      torchImagesPerSecond: perSecond('contiguous'),
      torchChannelsLastImagesPerSecond: perSecond('channelsLast'),
      overTorch: imagesPerSecond / perSecond('contiguous'),
      overTorchChannelsLast: imagesPerSecond / perSecond('channelsLast'),
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
