/**
 * Trains students of VGG-19:
 *
 *     node dist/scripts/distill/main.js --teacher FILE --photographs DIR --styles DIR --student NAME=WIDTHS --out DIR
 *
 * Several students (`--student` more than once) share the passes of the teacher; `--styles` may be repeated, too.
 *
 * - `--steps N` (2000): length of the schedule; `--until N`: stop there all the same.
 * - `--minutes M`: instead of `--steps`, go on for so long after the first 40 steps, whose time gives the number of
 *   steps. The schedule begins with this call, even if it continues a training.
 * - `--batch N` (8), `--size PX` (128), `--rate R` (0.001, the peak), `--device cpu|cuda` (cpu)
 * - `--pool N` (512): images in the making, at least three batches. `--seed N` (1): of the pool and of random values.
 * - `--initial FILE`: start from the parameters that `begin.js` or an earlier training wrote, instead of random ones
 * - `--parts F,G,D` (0.5,0.5,1): weights of the losses of features, Gram matrices and image gradients
 * - `--without PART`: leave out styles whose name contains it; may be repeated
 *
 * The output folder gets `parameters.safetensors`, `loss-curve.jsonl`, `inputs.json` (digests of the images) and
 * `checkpoint.safetensors`, from which the same command resumes. One photograph in 20 is not trained on; every 250
 * steps prints the losses of a fixed batch with those. The checkpoint lacks the pool: a training that is resumed starts
 * a new one, with another seed, and so is not the same as one without interruption.
 * @module
 */
import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { enableProdMode } from '@tensorflow/tfjs';
import { createEngine } from '../../src/engine/index.js';
import { sha256 } from '../../src/files/digest.js';
import { vgg19 } from '../../src/stylize/networks/vgg/vgg19.js';
import { readCheckpoint, writeCheckpoint } from '../../src/train/checkpoint.js';
import { adam } from '../../src/train/optimizers/adam.js';
import { train } from '../../src/train/train.js';
import { createTrainer } from '../../src/train/trainer.js';
import { endOnErrors, integerOf, mustExist, numberOf, refuse } from '../arguments.js';
import { folderDigest } from './images/inputs.js';
import { Pool } from './images/pool.js';
import { heldOut, loadFolder } from './images/sources.js';
import { distillationTask } from './objective.js';
import { endsWith, measuredSteps, type Pace, rateAt, settlingSteps, totalAfter } from './pace.js';
import { startingParameters } from './starting-parameters.js';
import { studentOf } from './student.js';

endOnErrors();
const { values } = parseArgs({
  options: {
    teacher: { type: 'string' },
    photographs: { type: 'string' },
    styles: { type: 'string', multiple: true },
    without: { type: 'string', multiple: true, default: [] },
    student: { type: 'string', multiple: true },
    out: { type: 'string' },
    steps: { type: 'string' },
    until: { type: 'string' },
    minutes: { type: 'string' },
    batch: { type: 'string', default: '8' },
    pool: { type: 'string', default: '512' },
    size: { type: 'string', default: '128' },
    rate: { type: 'string', default: '0.001' },
    seed: { type: 'string', default: '1' },
    device: { type: 'string', default: 'cpu' },
    initial: { type: 'string' },
    parts: { type: 'string', default: '0.5,0.5,1' },
  },
});
const { teacher, photographs, styles, student: specs, out } = values;
if (!teacher || !photographs || !styles || !specs || !out)
  refuse('The command needs --teacher, --photographs, --styles, --student NAME=WIDTHS and --out.');
mustExist('teacher', teacher);
mustExist('photographs', photographs);
mustExist('styles', ...styles);
if (values.minutes !== undefined && (values.steps ?? values.until) !== undefined)
  refuse('--minutes takes the place of --steps and --until.');
const steps = integerOf('steps', values.steps ?? '2000', 1);
const until = integerOf('until', values.until ?? `${steps}`, 1);
const minutes = values.minutes === undefined ? undefined : numberOf('minutes', values.minutes, 0);
const batch = integerOf('batch', values.batch, 1);
const poolSize = integerOf('pool', values.pool, 3 * batch);
const sizePx = integerOf('size', values.size, 32);
const seed = integerOf('seed', values.seed, 0);
const peak = numberOf('rate', values.rate, 0);
const parts = values.parts.split(',').map((part) => numberOf('parts', part, 0));
if (parts.length !== 3) refuse(`--parts must be three numbers, not ${values.parts}.`);
const [features, grams, gradients] = parts;
const students = specs.map(studentOf);
const photographsHeldOut = 20;

const started = performance.now();
const log = (text: string) =>
  process.stdout.write(`${((performance.now() - started) / 1000).toFixed(1)} s  ${text}\n`);
const textOf = (losses: Readonly<Record<string, number>>) =>
  Object.entries(losses)
    .map(([name, value]) => `${name} ${value.toFixed(4)}`)
    .join('  ');
enableProdMode();
await mkdir(out, { recursive: true });
const teacherBytes = readFileSync(teacher);
const parameters = await startingParameters(students, seed, values.initial);
const inputs = {
  teacher: sha256(teacherBytes),
  photographs: await folderDigest(photographs),
  styles: await Promise.all(styles.map((folder) => folderDigest(folder, values.without))),
};
await writeFile(join(out, 'inputs.json'), `${JSON.stringify(inputs, null, 1)}\n`);
const photos = heldOut(await loadFolder(photographs), photographsHeldOut);
const paintings = (await Promise.all(styles.map((folder) => loadFolder(folder, values.without)))).flat();
log(`${photos.trained.length} photographs, ${photos.held.length} more held out, ${paintings.length} styles`);

const task = {
  ...distillationTask({
    students,
    parameters,
    teacher: await vgg19.loadWeights(teacherBytes),
    sizePx,
    batch,
    parts: { features, grams, gradients },
  }),
  optimizer: adam({ squareDecay: 0.99 }),
};
const checkpoint = join(out, 'checkpoint.safetensors');
const engine = await createEngine('onnx', { device: values.device });
const trainer = await createTrainer(engine, task, await readCheckpoint(checkpoint));
log(`compiled; continues from step ${trainer.steps}`);
const pooled = { styles: paintings, sizePx, batch };
const pool = new Pool({
  ...pooled,
  photographs: photos.trained,
  size: poolSize,
  seed: seed + trainer.steps,
});
const heldBatch = new Pool({
  ...pooled,
  photographs: photos.held,
  size: 3 * batch,
  seed: ~seed >>> 0,
}).take();
log('pool filled');

const resumedAt = trainer.steps;
let pace: Pace = minutes === undefined ? { first: 0, total: steps } : { first: resumedAt, total: undefined };
const stop = new AbortController();
let measuringFrom = performance.now();
const every = 50;
let recent: Record<string, number>[] = [];
await train({
  trainer,
  steps: minutes === undefined ? until : Number.MAX_SAFE_INTEGER,
  schedule: (step) => rateAt(step, peak, pace),
  batches: () => pool.take(),
  checkpoint: { path: checkpoint, every: 500 },
  curve: join(out, 'loss-curve.jsonl'),
  onStep: async ({ step, loss, metrics }, outputs) => {
    pool.putBack(outputs);
    const done = step + 1 - resumedAt;
    if (done === settlingSteps) measuringFrom = performance.now();
    if (minutes !== undefined && done === measuredSteps) {
      const msPerStep = (performance.now() - measuringFrom) / (measuredSteps - settlingSteps);
      pace = { first: resumedAt, total: totalAfter(resumedAt, minutes, msPerStep) };
      log(`${msPerStep.toFixed(1)} ms a step: ${pace.total} steps`);
    }
    if (minutes !== undefined && endsWith(step, pace)) stop.abort();
    recent.push({ loss, ...metrics });
    if ((step + 1) % every === 0) {
      const mean = (name: string) => recent.reduce((sum, losses) => sum + losses[name], 0) / recent.length;
      log(
        `step ${step + 1}: ${textOf(Object.fromEntries(Object.keys(recent[0]).map((name) => [name, mean(name)])))}`,
      );
      recent = [];
    }
    if ((step + 1) % 250 !== 0) return;
    const held = await trainer.evaluate(heldBatch);
    log(`step ${step + 1}, held out: ${textOf({ loss: held.loss, ...held.metrics })}`);
  },
  signal: stop.signal,
});
const { parameters: learned } = await trainer.state();
const result = { step: 0, parameters: learned, buffers: {}, moments: {} };
await writeCheckpoint(join(out, 'parameters.safetensors'), result);
trainer.dispose();
log('done');
