/** Measures 16 bits on the CPU: steps of the engine benchmark, and a whole optimization, in bf16 and float32. @module */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { enableProdMode } from '@tensorflow/tfjs';
import { createEngine, type Engine } from '../../src/engine/index.js';
import { hasNativeBf16 } from '../../src/engine/openvino/processor.js';
import { runOnce } from '../../src/engine/run-once.js';
import { repositoryRoot } from '../docs/repository.js';
import { stepInputs } from './engine.js';
import { step, stepShapes, stepWeights } from './vgg.js';

/** Options of {@link benchPrecision}. */
export interface PrecisionBenchOptions {
  /** Side of the image in pixels. Default 256. */
  readonly sizePx?: number;
  /** Rounds in which the contenders take turns. Default 11. */
  readonly rounds?: number;
  readonly threads?: number;
  /** A Python that may have PyTorch. */
  readonly python?: string;
}

interface Contender {
  readonly run: () => Promise<unknown>;
  readonly ms: number[];
  readonly processorMs: number[];
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1];

/** Steps of Adam for the comparison of losses. */
const descentSteps = 60;

async function contender(engine: Engine, sizePx: number): Promise<Contender> {
  const compiled = await engine.compile(step, stepShapes(sizePx), await stepWeights());
  const inputs = Object.entries(stepInputs(sizePx)).map(([name, host]) => [name, engine.put(host)]);
  const values = Object.fromEntries(inputs);
  const run = async () => {
    for (const output of Object.values(await compiled.run(values))) output.dispose();
  };
  return { run, ms: [], processorMs: [] };
}

/** The median step in PyTorch, right after the other contenders. @returns undefined if that Python has no PyTorch */
function torchStepMs(python: string, threads: number, sizePx: number, precision: string): number | undefined {
  const script = join(repositoryRoot, 'scripts', 'gpu-proof', 'torch_step.py');
  const { stdout, status } = spawnSync(python, [script, 'cpu', `${sizePx}`, '1', precision], {
    env: { ...process.env, OMP_NUM_THREADS: `${threads}` },
    encoding: 'utf8',
  });
  return status === 0 ? (JSON.parse(stdout) as { stepMs: number }).stepMs : undefined;
}

/** Descends along gradients of one engine with Adam; the loss at the end is evaluated on another. */
async function descended(engine: Engine, judge: Engine, sizePx: number): Promise<number> {
  const weights = await stepWeights();
  const compiled = await engine.compile(step, stepShapes(sizePx), weights);
  const inputs = stepInputs(sizePx);
  const image = inputs.image.data.slice();
  const [first, second] = [new Float64Array(image.length), new Float64Array(image.length)];
  const [rate, decay, decaySquares] = [0.02, 0.9, 0.999];
  for (let at = 1; at <= descentSteps; at++) {
    const given = { ...inputs, image: { ...inputs.image, data: image } };
    const { gradient } = await runOnce(engine, compiled, given);
    gradient.data.forEach((value, index) => {
      first[index] = decay * first[index] + (1 - decay) * value;
      second[index] = decaySquares * second[index] + (1 - decaySquares) * value * value;
      const mean = first[index] / (1 - decay ** at);
      const size = Math.sqrt(second[index] / (1 - decaySquares ** at));
      image[index] = Math.min(1, Math.max(0, image[index] - (rate * mean) / (size + 1e-12)));
    });
  }
  compiled.dispose();
  const judging = await judge.compile(step, stepShapes(sizePx), weights);
  const { loss } = await runOnce(judge, judging, { ...inputs, image: { ...inputs.image, data: image } });
  judging.dispose();
  return loss.data[0];
}

/**
 * Compares a step of VGG-19 up to conv5_1 on the `onnx` engine, on `openvino` in float32 and, where the processor has AMX,
 * in bf16, and in PyTorch where it is installed. Ratios are to the `onnx` engine; those of processor time are hardly
 * affected by other work on the machine.
 */
export async function benchPrecision(options: PrecisionBenchOptions = {}): Promise<Record<string, number>> {
  const { sizePx = 256, rounds = 11, threads = 1, python = 'python3' } = options;
  enableProdMode();
  const onnx = await createEngine('onnx', { threads });
  const float32 = await createEngine('openvino', { threads });
  const bf16 = hasNativeBf16() ? await createEngine('openvino', { threads, precision: 'bf16' }) : undefined;
  const contenders: Record<string, Contender> = {
    onnx: await contender(onnx, sizePx),
    openvino: await contender(float32, sizePx),
    ...(bf16 && { bf16: await contender(bf16, sizePx) }),
  };
  for (let round = -2; round < rounds; round++) {
    for (const { run, ms, processorMs } of Object.values(contenders)) {
      const [before, used] = [performance.now(), process.cpuUsage()];
      await run();
      const { user, system } = process.cpuUsage(used);
      if (round < 0) continue;
      ms.push(performance.now() - before);
      processorMs.push((user + system) / 1000);
    }
  }
  const base = contenders.onnx;
  const ratio = (name: string, of: 'ms' | 'processorMs') => median(contenders[name][of]) / median(base[of]);
  const figures: Record<string, number> = {
    onnxMs: median(base.ms),
    openvinoOverOnnx: ratio('openvino', 'ms'),
    openvinoOverOnnxProcessor: ratio('openvino', 'processorMs'),
  };
  for (const [name, precision] of Object.entries({ torchFloat32: 'float32', torchBf16: 'bf16' })) {
    const ms = torchStepMs(python, threads, sizePx, precision);
    if (ms !== undefined) figures[`${name}OverOnnx`] = ms / median(base.ms);
  }
  if (!bf16) return { ...figures, hasAmx: 0 };
  const descent = [await descended(bf16, onnx, sizePx / 2), await descended(onnx, onnx, sizePx / 2)];
  return {
    ...figures,
    hasAmx: 1,
    bf16OverF32: ratio('bf16', 'processorMs'),
    bf16OverF32Wall: ratio('bf16', 'ms'),
    lossRatio: descent[0] / descent[1],
  };
}
