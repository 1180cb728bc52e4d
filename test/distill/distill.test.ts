/**
 * A distillation in short: first values, a few steps, export, and the network that is loaded. Random weights teach.
 * @module
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { folderDigest } from '../../scripts/distill/images/inputs.js';
import { Pool } from '../../scripts/distill/images/pool.js';
import { cuts, heldOut } from '../../scripts/distill/images/sources.js';
import { counterpart, evaluate, initialParameters } from '../../scripts/distill/initialize.js';
import { distillationTask } from '../../scripts/distill/objective.js';
import { rootMeanSquare, scaledParameters } from '../../scripts/distill/scaled.js';
import { startingParameters } from '../../scripts/distill/starting-parameters.js';
import {
  ownParameters,
  randomParameters,
  studentFeatures,
  studentOf,
} from '../../scripts/distill/student.js';
import { createEngine, type HostTensor, type Named } from '../../src/engine/index.js';
import { safetensorsBytes } from '../../src/files/safetensors/write.js';
import { compact, compactBlocks } from '../../src/stylize/networks/compact.js';
import { caffeUnit } from '../../src/stylize/networks/units.js';
import { convolutionsOf, replicatingConvolution, vggFeatures } from '../../src/stylize/networks/vgg/vgg.js';
import { vgg19 } from '../../src/stylize/networks/vgg/vgg19.js';
import { readCheckpoint, writeCheckpoint } from '../../src/train/checkpoint.js';
import { train } from '../../src/train/train.js';
import { createTrainer } from '../../src/train/trainer.js';
import { randomVgg19 } from '../support/random-vgg19.js';
import { smallImage } from '../support/small-images.js';

const sizePx = 32;
const picture = async (motif: 'rings' | 'stripes', variant: number) => ({
  data: new Uint8Array(await smallImage(motif, variant, 64, 64).removeAlpha().raw().toBuffer()),
  widthPx: 64,
  heightPx: 64,
});
const photographs = [await picture('rings', 0), await picture('rings', 1)];
const styles = [await picture('stripes', 0)];
const images = cuts([...photographs, ...styles], { count: 2, sizePx, seed: 1 });
const engine = await createEngine('onnx', { threads: 1 });
const teacher = await vgg19.loadWeights(randomVgg19('conv5_1'));

/** The share of two tensors that points in the same direction. */
function cosine(a: HostTensor, b: HostTensor): number {
  const product = a.data.reduce((sum, value, i) => sum + value * b.data[i], 0) / a.data.length;
  return product / (rootMeanSquare(a) * rootMeanSquare(b));
}

test.serial(
  'the loss falls, and the export keeps the directions of features and has the sizes of the teacher',
  async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'wildstyle-distill-'));
    const student = studentOf('tiny=4/4/4/4,4/4');
    const begin = join(folder, 'begin.safetensors');
    await writeCheckpoint(begin, {
      step: 0,
      parameters: await initialParameters(engine, student, teacher, images),
      buffers: {},
      moments: {},
    });
    const parameters = await startingParameters([student], 1, begin);
    t.deepEqual(parameters, (await readCheckpoint(begin))?.parameters);

    const batch = 2;
    const parts = { features: 0.5, grams: 0.5, gradients: 1 };
    const task = distillationTask({ students: [student], parameters, teacher, sizePx, batch, parts });
    const trainer = await createTrainer(engine, task);
    const given = new Pool({ photographs, styles, sizePx, batch, size: 6, seed: 2 }).take();
    const before = await trainer.evaluate(given);
    await train({ trainer, steps: 2, schedule: () => 0.001, batches: () => given });
    const after = await trainer.evaluate(given);
    t.true(after.loss < before.loss, `${before.loss} ${after.loss}`);
    for (const name of ['features', 'grams', 'gradients', 'cosine', 'coarse'])
      t.true(Number.isFinite(after.metrics[`tiny.${name}`]), name);
    const trained = ownParameters(student, (await trainer.state()).parameters);
    trainer.dispose();

    const tensors = await scaledParameters(engine, student, trained, teacher, images);
    const layers = convolutionsOf(student.blocks).map(({ layer }) => layer.replace('conv', 'relu'));
    const own = await evaluate(engine, images, { digest: 'trained', tensors: trained }, (image, weights) =>
      studentFeatures(student, image, weights, layers),
    );
    const exported = await evaluate(engine, images, { digest: 'exported', tensors }, (image, weights) =>
      vggFeatures(image, student.blocks, layers, 'average', {
        convolution: replicatingConvolution(weights),
      }),
    );
    const taught = await evaluate(engine, images, teacher, (image, weights) =>
      vgg19.features(image, weights, ['relu1_1', 'relu3_1', 'relu4_2', 'relu5_1'], 'max'),
    );
    for (const layer of layers) t.true(cosine(own[layer], exported[layer]) > 0.9999, layer);
    for (const [layer, features] of Object.entries(taught)) {
      t.is(counterpart(student, layer.replace('relu', 'conv')), layer.replace('relu', 'conv'));
      const size = rootMeanSquare(exported[layer]) / (caffeUnit * rootMeanSquare(features));
      t.true(Math.abs(size - 1) < 1e-3, `${layer}: ${size}`);
    }
    await rm(folder, { recursive: true });
  },
);

test.serial('compact loads what is exported', async (t) => {
  const student = { name: 's', blocks: compactBlocks };
  const trained = ownParameters(student, randomParameters(student, 1));
  const tensors = await scaledParameters(engine, student, trained, teacher, images);
  const weights = await compact.loadWeights(safetensorsBytes(tensors, { dtype: 'F16' }));
  const layers = ['relu1_1', 'relu4_2', 'relu5_1'];
  const found: Named<HostTensor> = await evaluate(engine, images, weights, (image, given) =>
    compact.features(image, given, layers, 'average'),
  );
  const own = await evaluate(engine, images, { digest: 'own', tensors: trained }, (image, given) =>
    studentFeatures(student, image, given, layers),
  );
  for (const layer of layers) t.true(cosine(own[layer], found[layer]) > 0.999, layer);
});

test('initial values must be there, of every student, and of its widths', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'wildstyle-distill-'));
  const path = join(folder, 'a.safetensors');
  const [a, b] = [studentOf('a=4/4/4/4,4/4'), studentOf('b=4/4/4/4,4/4')];
  await t.throwsAsync(startingParameters([a], 1, path), { code: 'weights-missing' });
  const parameters = await startingParameters([a], 1);
  await writeCheckpoint(path, { step: 0, parameters, buffers: {}, moments: {} });
  t.deepEqual(await startingParameters([a], 2, path), parameters);
  const lacking = { code: 'weights-invalid', message: /lacks b\/conv1_1\.weight/ };
  await t.throwsAsync(startingParameters([a, b], 1, path), lacking);
  const other = { code: 'weights-invalid', message: /as \[3,3,3,4\], not \[3,3,3,8\]/ };
  await t.throwsAsync(startingParameters([studentOf('a=8/4/4/4,4/4')], 1, path), other);
  await rm(folder, { recursive: true });
});

test('students that cannot be read are refused', (t) => {
  for (const spec of ['', 'a', 'a=4', 'a=4/4/4/4/4', 'a=4/x/4/4,4/4', 'a=4/0/4/4,4/4', '=4/4/4/4,4/4'])
    t.throws(() => studentOf(spec), { code: 'option-invalid' }, spec);
  t.deepEqual(studentOf('F=32/48,48/64,64/128,128/128'), {
    name: 'F',
    blocks: [[32], [48, 48], [64, 64], [128, 128], [128]],
  });
});

test('the digest of a folder is that of the sorted list of its files', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'wildstyle-distill-'));
  for (const name of ['a.jpg', 'b.png', 'c.webp', 'notes.txt']) await writeFile(join(folder, name), name);
  // sha256sum *.jpg *.png | LC_ALL=C sort | sha256sum
  const { sha256, images: lines } = await folderDigest(folder, ['c.']);
  t.deepEqual(lines, [
    '509b0d4641a7c3ba088ffa28559d1f57207ea980447bc1773b1d406d788386ee  a.jpg',
    '5f59d8e87a6efbf43f23410175de477396d74daf9ade43b442ca02fc5413ad1d  b.png',
  ]);
  t.is(sha256, '7ee7d3ad79000aa4566c3d699056e1ad69423388d7d23409d9b8dc04094ecf76');
  await rm(folder, { recursive: true });
});

test('one entry of every so many is held out', (t) => {
  t.deepEqual(heldOut([1, 2, 3, 4, 5], 2), { trained: [1, 3, 5], held: [2, 4] });
});
