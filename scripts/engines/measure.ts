/**
 * Measures one engine in a process of its own: `node measure.js <JSON of Measurement>`. Prints one line of JSON.
 * @module
 */
import { writeFile } from 'node:fs/promises';
import { memory } from '@tensorflow/tfjs';
import { createEngine, type Engine, type EngineName, type Precision } from '../../src/engine/index.js';
import { parametersOfRecipe, specOfRecipe } from '../../src/methods/optimize/objective.js';
import type { OptimizeRecipe } from '../../src/methods/optimize/recipe/resolve.js';
import { resolveRecipe } from '../../src/run/arrays/resolve-recipe.js';
import { WeightStore } from '../../src/run/preparing/weights.js';
import { type Stylized, Stylizer } from '../../src/stylize/stylizer.js';
import { engineLike, pattern } from '../../test/stylize/support.js';

/** What to measure. */
export interface Measurement {
  readonly engine: EngineName;
  readonly device: string;
  readonly precision: Precision;
  readonly threads: number;
  /** Steps of one image in this process, to see whether its memory grows; 0 for none. */
  readonly steps: number;
  /** Batches in which the same items are made; their pixels are written to `<file>.<batch>`. */
  readonly batches: readonly number[];
  readonly file: string;
  /** Rounds in which the engine takes turns with `onnx` on the processor; 0 for none. */
  readonly rounds: number;
}

/** What was measured. */
export interface Measured {
  /** Milliseconds from the call of the compiler to the compiled step, by size in pixels. */
  readonly compileMs: Readonly<Record<string, number>>;
  /** Growth of the resident memory in bytes per step, over the second half of the steps. */
  readonly bytesPerStep?: number;
  readonly residentBytes?: number;
  /** TF.js's tensors in the midst of a step: after a quarter of the steps, and in the last one. */
  readonly tensors?: readonly [number, number];
  /** Time of a step, divided by that of `onnx` on the processor with as many threads. */
  readonly timeOverOnnx?: number;
  /** Share of the rows of a batch of four that were busy, while items ended at different times. */
  readonly busyRows?: number;
}

const sizePx = 32;
const items = 8;
const itemSteps = 10;
const weights = new WeightStore({});

const recipeOf = (steps: number, size = sizePx) =>
  resolveRecipe({ network: 'compact', size, steps, optimizer: 'lbfgs', stages: [] }) as OptimizeRecipe;

const stylizerOn = (engine: Engine, batch: number): Stylizer =>
  new Stylizer(engine, {
    batch: () => batch,
    graphBytes: 2e9,
    weights: (name) => weights.get(name),
    now: () => performance.now(),
  });

function stylized(
  stylizer: Stylizer,
  index: number,
  steps: number,
  onStep?: () => void,
  size = sizePx,
): Promise<Stylized> {
  const recipe = recipeOf(steps, size);
  const content = { key: `content ${index} ${size}`, tensor: pattern(index + 1, size) };
  const style = { key: `style ${index} ${size}`, tensor: pattern(index + 20, size) };
  return stylizer.stylize({
    spec: specOfRecipe(recipe),
    parameters: parametersOfRecipe(recipe),
    steps,
    seed: 1,
    sources: { content, style },
    initial: content.tensor,
    ...(onStep && { watch: { onStep } }),
  });
}

/** Times the compilation of a step, which is the slowest of those that an item needs. */
async function compileMs(engine: Engine, size: number): Promise<number> {
  let slowest = 0;
  const timed = engineLike(engine, {
    async compile(...given) {
      const started = performance.now();
      const compiled = await engine.compile(...given);
      slowest = Math.max(slowest, performance.now() - started);
      return compiled;
    },
  });
  const stylizer = stylizerOn(timed, 1);
  await stylized(stylizer, 0, 1, undefined, size);
  stylizer.dispose();
  return slowest;
}

/** The slope of a line through points, by least squares. */
function slope(points: readonly (readonly [number, number])[]): number {
  const mean = (axis: 0 | 1) => points.reduce((sum, point) => sum + point[axis], 0) / points.length;
  const [x, y] = [mean(0), mean(1)];
  const [above, below] = points.reduce(
    ([a, b], point) => [a + (point[0] - x) * (point[1] - y), b + (point[0] - x) ** 2],
    [0, 0],
  );
  return above / below;
}

async function growth(engine: Engine, steps: number) {
  const stylizer = stylizerOn(engine, 1);
  const resident: [number, number][] = [];
  let [step, tensors, after] = [0, 0, 0];
  await stylized(stylizer, 0, steps, () => {
    step++;
    if (step === steps >> 2) tensors = memory().numTensors;
    after = memory().numTensors;
    if (step % 10 === 0 && step > steps >> 1) resident.push([step, process.memoryUsage.rss()]);
  });
  stylizer.dispose();
  return {
    bytesPerStep: slope(resident),
    residentBytes: resident.at(-1)?.[1] ?? 0,
    tensors: [tensors, after] as const,
  };
}

async function writeItems(engine: Engine, batch: number, file: string): Promise<void> {
  const stylizer = stylizerOn(engine, batch);
  const made = await Promise.all(
    Array.from({ length: items }, (_, index) => stylized(stylizer, index, itemSteps)),
  );
  stylizer.dispose();
  await writeFile(file, Buffer.concat(made.map(({ image }) => Buffer.from(image.data.buffer))));
}

async function busyRows(engine: Engine): Promise<number> {
  const batch = 4;
  let rowSteps = 0;
  const counted = engineLike(engine, {
    async compile(fn, inputs, constants) {
      const compiled = await engine.compile(fn, inputs, constants);
      const [rows] = inputs['optimizer/learningRate'] ?? [0];
      return {
        outputs: compiled.outputs,
        dispose: () => compiled.dispose(),
        run(values) {
          rowSteps += rows;
          return compiled.run(values);
        },
      };
    },
  });
  const counting = stylizerOn(counted, batch);
  const made = await Promise.all(
    Array.from({ length: 48 }, (_, index) => stylized(counting, index % items, 3 + ((7 * index) % 9))),
  );
  counting.dispose();
  return made.reduce((sum, { evaluations }) => sum + evaluations, 0) / rowSteps;
}

async function timeOverOnnx(engine: Engine, threads: number, rounds: number): Promise<number> {
  const engines = [engine, await createEngine('onnx', { threads })];
  const stylizers = engines.map((each) => stylizerOn(each, 1));
  const times: number[][] = [[], []];
  for (let round = -1; round < rounds; round++) {
    for (const [index, stylizer] of stylizers.entries()) {
      const before = stylizer.totals.ms;
      await stylized(stylizer, 0, 6, undefined, 96);
      if (round >= 0) times[index].push(stylizer.totals.ms - before);
    }
  }
  for (const stylizer of stylizers) stylizer.dispose();
  const [own, onnx] = times.map((list) => list.toSorted((a, b) => a - b)[list.length >> 1]);
  return own / onnx;
}

const {
  engine: name,
  device,
  precision,
  threads,
  steps,
  batches,
  file,
  rounds,
} = JSON.parse(process.argv[2]) as Measurement;
const engine = await createEngine(name, { device, precision, threads });
const compileTimes: Record<string, number> = {};
if (rounds > 0) for (const size of [sizePx, 96]) compileTimes[size] = await compileMs(engine, size);
for (const batch of batches) await writeItems(engine, batch, `${file}.${batch}`);
const measured: Measured = {
  compileMs: compileTimes,
  ...(steps > 0 && (await growth(engine, steps))),
  ...(rounds > 0 && {
    timeOverOnnx: await timeOverOnnx(engine, threads, rounds),
    busyRows: await busyRows(engine),
  }),
};
process.stdout.write(`${JSON.stringify(measured)}\n`);
process.exit(0);
