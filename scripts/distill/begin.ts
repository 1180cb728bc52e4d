/**
 * Writes the first values of students:
 *
 *     node dist/scripts/distill/begin.js --teacher FILE --images DIR --student NAME=WIDTHS --out FILE
 *       [--count N] [--without PART]
 *
 * `--images` and `--student` may be given several times. `--count` is the number of cuts of images (48), `--without`
 * leaves out images whose name contains it, and may be given several times, too.
 * @module
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { enableProdMode } from '@tensorflow/tfjs';
import { createEngine, type HostTensor } from '../../src/engine/index.js';
import { vgg19 } from '../../src/stylize/networks/vgg/vgg19.js';
import { writeCheckpoint } from '../../src/train/checkpoint.js';
import { endOnErrors, integerOf, mustExist, refuse } from '../arguments.js';
import { cuts, loadFolder } from './images/sources.js';
import { initialParameters } from './initialize.js';
import { studentOf } from './student.js';

endOnErrors();
const { values } = parseArgs({
  options: {
    teacher: { type: 'string' },
    images: { type: 'string', multiple: true },
    student: { type: 'string', multiple: true },
    out: { type: 'string' },
    count: { type: 'string', default: '48' },
    without: { type: 'string', multiple: true, default: [] },
  },
});
const { teacher, images: folders, student: specs, out } = values;
if (!teacher || !folders || !specs || !out)
  refuse('The command needs --teacher, --images, --student NAME=WIDTHS and --out.');
mustExist('teacher', teacher);
mustExist('images', ...folders);
const count = integerOf('count', values.count, 1);
const students = specs.map(studentOf);
enableProdMode();
const loaded = (await Promise.all(folders.map((folder) => loadFolder(folder, values.without)))).flat();
const images = cuts(loaded, { count, sizePx: 96, seed: 3 });
const weights = await vgg19.loadWeights(readFileSync(teacher));
const parameters: Record<string, HostTensor> = {};
for (const student of students) {
  const engine = await createEngine('onnx');
  Object.assign(parameters, await initialParameters(engine, student, weights, images));
  engine.dispose();
  process.stdout.write(`${student.name}: done\n`);
}
await writeCheckpoint(out, { step: 0, parameters, buffers: {}, moments: {} });
