/**
 * Writes a trained student as the weights of the network `compact`:
 *
 *     node dist/scripts/distill/export.js --parameters FILE --student NAME=WIDTHS --teacher FILE --images DIR --out FILE
 *
 * Each layer is scaled to the mean square that the teacher's has on the images, so that the bounds of the losses mean
 * the same for both, and the change of range of the pixels becomes part of the first filters.
 * @module
 */
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { enableProdMode } from '@tensorflow/tfjs';
import { createEngine, type HostTensor } from '../../src/engine/index.js';
import { sha256 } from '../../src/files/digest.js';
import { publishFile } from '../../src/files/publish.js';
import { safetensorsBytes } from '../../src/files/safetensors/write.js';
import { vgg19 } from '../../src/stylize/networks/vgg19.js';
import { readCheckpoint } from '../../src/train/checkpoint.js';
import { counterpart, evaluate } from './initialize.js';
import { cuts, loadFolder } from './sources.js';
import { convolutionsOf, ownParameters, studentFeatures, studentOf } from './student.js';

const { values } = parseArgs({
  options: {
    parameters: { type: 'string', default: '' },
    student: { type: 'string', default: '' },
    teacher: { type: 'string', default: '' },
    images: { type: 'string', multiple: true, default: [] },
    out: { type: 'string', default: 'compact.safetensors' },
  },
});
enableProdMode();
const student = studentOf(values.student);
const trained = ownParameters(student, (await readCheckpoint(values.parameters))?.parameters ?? {});
const teacherBytes = readFileSync(values.teacher);
const teacher = await vgg19.loadWeights(teacherBytes);
const loaded = (await Promise.all(values.images.map((folder) => loadFolder(folder)))).flat();
const images = cuts(loaded, { count: 32, sizePx: 96, seed: 5 });
const engine = await createEngine('onnx');
const relu = (layer: string) => layer.replace('conv', 'relu');
const layers = convolutionsOf(student.blocks).map(({ layer }) => layer);
const found = await evaluate(engine, images, { digest: 'student', tensors: trained }, (image, own) =>
  studentFeatures(student, image, own, layers.map(relu)),
);
const expected = await evaluate(engine, images, teacher, (image, weights) =>
  vgg19.features(
    image,
    weights,
    layers.map((layer) => relu(counterpart(student, layer))),
    'max',
  ),
);
const rootMeanSquare = ({ data }: HostTensor) =>
  Math.sqrt(data.reduce((sum, value) => sum + value * value, 0) / data.length);

const tensors: Record<string, HostTensor> = {};
let before = 1;
for (const layer of layers) {
  const [weight, bias] = ['weight', 'bias'].map((part) => trained[`${layer}.${part}`]);
  const scale =
    rootMeanSquare(expected[relu(counterpart(student, layer))]) / rootMeanSquare(found[relu(layer)]);
  const scaled = {
    weight: weight.data.map((value) => (value * scale) / before),
    bias: bias.data.map((value) => value * scale),
  };
  if (layer === layers[0]) foldRange(scaled, bias.data.length);
  tensors[`${layer}.weight`] = { data: scaled.weight, shape: weight.shape };
  tensors[`${layer}.bias`] = { data: scaled.bias, shape: bias.shape };
  before = scale;
}

/** The student saw pixels times 4 minus 2; see `centered`. */
function foldRange({ weight, bias }: { weight: Float32Array; bias: Float32Array }, outputs: number): void {
  for (let i = 0; i < weight.length; i++) {
    bias[i % outputs] -= 2 * weight[i];
    weight[i] *= 4;
  }
}

const bytes = safetensorsBytes(tensors, {
  dtype: 'F16',
  metadata: {
    network: 'compact',
    blocks: JSON.stringify(student.blocks),
    license: 'CC BY 4.0',
    attribution:
      'Distilled from VGG-19 (Karen Simonyan, Andrew Zisserman, Visual Geometry Group, University of Oxford)',
    teacher: `sha256 ${sha256(teacherBytes)}`,
  },
});
await publishFile(values.out, bytes, { temporaryFolder: dirname(values.out) });
process.stdout.write(`${values.out}: ${bytes.length} bytes, sha256 ${sha256(bytes)}\n`);
