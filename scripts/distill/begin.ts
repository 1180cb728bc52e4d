/**
 * Writes the first values of students: `node begin.js --teacher FILE --images DIR --student NAME=WIDTHS --out FILE`.
 * @module
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { enableProdMode } from '@tensorflow/tfjs';
import { createEngine, type HostTensor } from '../../src/engine/index.js';
import { vgg19 } from '../../src/stylize/networks/vgg19.js';
import { writeCheckpoint } from '../../src/train/checkpoint.js';
import { initialParameters } from './initialize.js';
import { cuts, loadFolder } from './sources.js';
import { studentOf } from './student.js';

const { values } = parseArgs({
  options: {
    teacher: { type: 'string' },
    images: { type: 'string', multiple: true },
    student: { type: 'string', multiple: true },
    out: { type: 'string' },
    count: { type: 'string', default: '48' },
  },
});
const { teacher, images: folders, student: specs, out } = values;
if (!teacher || !folders || !specs || !out) {
  process.stderr.write('needs --teacher, --images, --student NAME=WIDTHS and --out; see the file\n');
  process.exit(2);
}
enableProdMode();
const loaded = (await Promise.all(folders.map((folder) => loadFolder(folder)))).flat();
const images = cuts(loaded, { count: Number(values.count), sizePx: 96, seed: 3 });
const weights = await vgg19.loadWeights(readFileSync(teacher));
const parameters: Record<string, HostTensor> = {};
for (const student of specs.map(studentOf)) {
  const engine = await createEngine('onnx');
  Object.assign(parameters, await initialParameters(engine, student, weights, images));
  engine.dispose();
  process.stdout.write(`${student.name}: done\n`);
}
await writeCheckpoint(out, { step: 0, parameters, buffers: {}, moments: {} });
