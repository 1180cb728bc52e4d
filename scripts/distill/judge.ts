/**
 * Judges students in the teacher's objective:
 *
 *     node judge.js --teacher FILE --checkpoint FILE --student NAME=WIDTHS --content FILE --style FILE --out DIR
 *
 * Optimizes every content with every style, with the teacher and with each student at several strengths, and reports
 * what share of the teacher's own gain each reaches. Writes the figures and a picture of the results.
 * @module
 */
import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { enableProdMode } from '@tensorflow/tfjs';
import sharp from 'sharp';
import {
  createEngine,
  type Engine,
  type HostTensor,
  type Named,
  type WeightSet,
} from '../../src/engine/index.js';
import { sha256 } from '../../src/files/digest.js';
import { decodeImage } from '../../src/images/decode.js';
import { toPixels, toTensor } from '../../src/images/tensor.js';
import { Evaluator } from '../../src/stylize/evaluate.js';
import type { NetworkName } from '../../src/stylize/networks/index.js';
import { vgg19 } from '../../src/stylize/networks/vgg19.js';
import { optimizers } from '../../src/stylize/optimizers/index.js';
import { type Spec, specOf } from '../../src/stylize/spec.js';
import { Stylizer } from '../../src/stylize/stylizer.js';
import type { SourceImage } from '../../src/stylize/targets.js';
import { TargetCache } from '../../src/stylize/targets.js';
import { readCheckpoint } from '../../src/train/checkpoint.js';
import { ownParameters, type Student, studentFeatures, studentOf } from './student.js';

const { values } = parseArgs({
  options: {
    teacher: { type: 'string', default: '' },
    checkpoint: { type: 'string', default: '' },
    student: { type: 'string', multiple: true, default: [] },
    content: { type: 'string', multiple: true, default: [] },
    style: { type: 'string', multiple: true, default: [] },
    out: { type: 'string', default: 'judged' },
    device: { type: 'string', default: 'cpu' },
    size: { type: 'string', default: '192' },
    steps: { type: 'string', default: '100' },
    strengths: { type: 'string', default: '10' },
    batch: { type: 'string', default: '1' },
  },
});
/** The strength in the teacher's objective that everything is judged with. */
const judgedStrength = 10;
const layers = ['relu1_1', 'relu2_1', 'relu3_1', 'relu4_1'];

enableProdMode();
await mkdir(values.out, { recursive: true });
const engine = await createEngine('onnx', { device: values.device });
const teacher = await vgg19.loadWeights(readFileSync(values.teacher));
const learned = (await readCheckpoint(values.checkpoint))?.parameters ?? {};
const sizePx = Number(values.size);

const base = specOf({
  network: 'vgg19',
  pooling: 'max',
  optimizer: 'lbfgs',
  terms: {
    'content.features': { role: 'content', layers: ['relu4_2'] },
    'style.gram': { role: 'style', layers },
  },
});

function specOfStudent(student: Student): Spec {
  const network = {
    ...vgg19,
    features: ((image, weights, wanted) =>
      studentFeatures(student, image, weights, wanted)) as typeof vgg19.features,
  };
  return { ...base, network, networkName: student.name as NetworkName, key: `${base.key};${student.name}` };
}

const weightsOf = (strength: number): Named<Named<number>> => ({
  'content.features': { relu4_2: 1 },
  'style.gram': Object.fromEntries(layers.map((layer) => [layer, strength / layers.length])),
});

async function source(path: string): Promise<SourceImage> {
  const tensor = toTensor(await decodeImage(path, { sizePx, fit: 'crop' }));
  return { tensor, key: sha256(new Uint8Array(tensor.data.buffer)) };
}

const contents = await Promise.all(values.content.map(source));
const styles = await Promise.all(values.style.map(source));
const pairs = contents.flatMap((content) => styles.map((style) => ({ content, style })));
const targets = new TargetCache(engine, 4e9);
const evaluator = new Evaluator(engine, targets);
const judge = async (pair: (typeof pairs)[number], image: HostTensor) =>
  (
    await evaluator.evaluate(
      {
        spec: base,
        parameters: { weights: weightsOf(judgedStrength), learningRate: 1 },
        image,
        sources: pair,
        seed: 1,
      },
      teacher,
    )
  ).total;

async function made(engine: Engine, spec: Spec, weights: WeightSet, strength: number): Promise<HostTensor[]> {
  const batch = Number(values.batch);
  const stylizer = new Stylizer(engine, {
    batch: () => batch,
    graphBytes: 4e9,
    weights: async () => weights,
    now: () => performance.now(),
  });
  const results = await Promise.all(
    pairs.map((pair) =>
      stylizer.stylize({
        spec,
        parameters: { weights: weightsOf(strength), learningRate: optimizers.lbfgs.defaultLearningRate },
        steps: Number(values.steps),
        seed: 1,
        sources: pair,
        initial: pair.content.tensor,
      }),
    ),
  );
  stylizer.dispose();
  return results.map(({ image }) => ({ ...image, data: image.data.map((v) => Math.min(1, Math.max(0, v))) }));
}

const before = await Promise.all(pairs.map((pair) => judge(pair, pair.content.tensor)));
const rows: { name: string; images: HostTensor[] }[] = [];
const report: object[] = [];
let best: number[] = [];
for (const { name, spec, weights } of [
  { name: 'teacher', spec: base, weights: teacher },
  ...values.student.map(studentOf).map((student) => ({
    name: student.name,
    spec: specOfStudent(student),
    weights: { digest: student.name, tensors: ownParameters(student, learned) },
  })),
]) {
  for (const strength of name === 'teacher' ? [judgedStrength] : values.strengths.split(',').map(Number)) {
    const images = await made(engine, spec, weights, strength);
    const after: number[] = [];
    for (const [i, pair] of pairs.entries()) after.push(await judge(pair, images[i]));
    if (name === 'teacher') best = after;
    const shares = after.map((value, i) => (before[i] - value) / (before[i] - best[i]));
    const share = shares.reduce((a, b) => a + b) / shares.length;
    const line = { name, strength, share, shares: shares.map((value) => Number(value.toFixed(3))) };
    report.push(line);
    process.stdout.write(`${JSON.stringify(line)}\n`);
    rows.push({ name, images });
  }
}
await writeFile(join(values.out, 'judged.json'), JSON.stringify(report, null, 1));
const columns = [contents.length * styles.length, rows.length + 2];
const tiles = pairs.flatMap(({ content, style }, i) =>
  [content.tensor, style.tensor, ...rows.map(({ images }) => images[i])].map((image, column) => ({
    input: Buffer.from(toPixels(image.data, image.shape).data),
    raw: { width: sizePx, height: sizePx, channels: 3 as const },
    left: column * sizePx,
    top: i * sizePx,
  })),
);
await sharp({
  create: { width: columns[1] * sizePx, height: columns[0] * sizePx, channels: 3, background: '#fff' },
})
  .composite(tiles)
  .jpeg({ quality: 88 })
  .toFile(join(values.out, 'judged.jpg'));
