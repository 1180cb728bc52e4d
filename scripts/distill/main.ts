/**
 * Trains students of VGG-19:
 *
 *     node dist/scripts/distill/main.js --teacher FILE --photographs DIR --styles DIR --student compact=16,16/32,32/... \
 *       --out DIR [--steps N] [--batch N] [--size PX] [--rate R] [--device cpu|cuda] [--initial FILE]
 *
 * Several students share the passes of the teacher. Resumes from `checkpoint.safetensors` in the output folder; the pool
 * of images starts anew then.
 * @module
 */
import { readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { enableProdMode } from '@tensorflow/tfjs';
import { createEngine, type HostTensor } from '../../src/engine/index.js';
import { vgg19 } from '../../src/stylize/networks/vgg19.js';
import { readCheckpoint, writeCheckpoint } from '../../src/train/checkpoint.js';
import { mapped } from '../../src/train/groups.js';
import { adam } from '../../src/train/optimizers/adam.js';
import { cosineRate } from '../../src/train/schedules.js';
import { train } from '../../src/train/train.js';
import { createTrainer } from '../../src/train/trainer.js';
import { distillationTask } from './objective.js';
import { Pool } from './pool.js';
import { loadFolder } from './sources.js';
import { randomParameters, studentOf } from './student.js';

const { values } = parseArgs({
  options: {
    teacher: { type: 'string' },
    photographs: { type: 'string' },
    styles: { type: 'string', multiple: true },
    without: { type: 'string', multiple: true, default: [] },
    student: { type: 'string', multiple: true },
    out: { type: 'string' },
    steps: { type: 'string', default: '2000' },
    until: { type: 'string' },
    batch: { type: 'string', default: '8' },
    pool: { type: 'string', default: '512' },
    size: { type: 'string', default: '128' },
    rate: { type: 'string', default: '0.001' },
    seed: { type: 'string', default: '1' },
    device: { type: 'string', default: 'cpu' },
    initial: { type: 'string' },
    parts: { type: 'string', default: '0.5,0.5,1' },
    minutes: { type: 'string' },
  },
});
const { teacher, photographs, styles, student: specs, out } = values;
if (!teacher || !photographs || !styles || !specs || !out) {
  process.stderr.write(
    'needs --teacher, --photographs, --styles, --student NAME=WIDTHS and --out; see the file\n',
  );
  process.exit(2);
}

const started = performance.now();
const seconds = () => ((performance.now() - started) / 1000).toFixed(1);
const log = (text: string) => process.stdout.write(`${seconds()} s  ${text}\n`);
enableProdMode();
await mkdir(out, { recursive: true });
const [sizePx, batch, steps, seed] = [values.size, values.batch, values.steps, values.seed].map(Number);
const students = specs.map(studentOf);
const initial = values.initial ? (await readCheckpoint(values.initial))?.parameters : undefined;
const random: Record<string, HostTensor> = Object.assign(
  {},
  ...students.map((student) => randomParameters(student, seed)),
);
const parameters = mapped(random, (value, name) => initial?.[name] ?? value);
const [features, grams, gradients] = values.parts.split(',').map(Number);
const task = {
  ...distillationTask({
    students,
    parameters,
    teacher: await vgg19.loadWeights(readFileSync(teacher)),
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
const [photos, paintings] = [
  await loadFolder(photographs),
  (await Promise.all(styles.map((folder) => loadFolder(folder, values.without)))).flat(),
];
log(`${photos.length} photographs, ${paintings.length} styles`);
const pool = new Pool({
  photographs: photos,
  styles: paintings,
  sizePx,
  batch,
  size: Number(values.pool),
  seed: seed + trainer.steps,
});
log('pool filled');
/** With --minutes, the number of steps follows from the time of the first ones. */
let total = steps;
const stop = new AbortController();
const measured = 40;
const first = trainer.steps;
let measuringFrom = performance.now();
const every = 50;
let sums: Record<string, number> = {};
await train({
  trainer,
  steps: values.minutes ? Number.MAX_SAFE_INTEGER : Number(values.until ?? steps),
  schedule: (step) => cosineRate({ peak: Number(values.rate), steps: total, warmUp: 50, last: 1e-6 })(step),
  batches: () => pool.take(),
  checkpoint: { path: checkpoint, every: 500 },
  onStep: ({ step, loss, metrics }, outputs) => {
    pool.putBack(outputs);
    if (step === first + 5) measuringFrom = performance.now();
    if (values.minutes && step === first + measured) {
      const msPerStep = (performance.now() - measuringFrom) / (measured - 5);
      total = step + Math.floor((60_000 * Number(values.minutes)) / msPerStep);
      log(`${msPerStep.toFixed(1)} ms a step: ${total} steps`);
    }
    if (values.minutes && step + 1 >= total) stop.abort();
    for (const [name, value] of Object.entries({ loss, ...metrics }))
      sums[name] = (sums[name] ?? 0) + value / every;
    if ((step + 1) % every !== 0) return;
    const text = Object.entries(sums).map(([name, value]) => `${name} ${value.toFixed(4)}`);
    log(`step ${step + 1}: ${text.join('  ')}`);
    sums = {};
  },
  signal: stop.signal,
});
const { parameters: learned } = await trainer.state();
await writeCheckpoint(join(out, 'parameters.safetensors'), {
  step: 0,
  parameters: learned,
  buffers: {},
  moments: {},
});
trainer.dispose();
log('done');
