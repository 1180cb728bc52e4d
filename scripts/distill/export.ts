/**
 * Writes a trained student as the weights of the network `compact`:
 *
 *     node dist/scripts/distill/export.js --parameters FILE --student NAME=WIDTHS --teacher FILE --images DIR
 *       --out FILE
 *
 * `--images` may be given several times. The widths must be those of `compact`. See `scaled.ts` for what changes.
 * @module
 */
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { enableProdMode } from '@tensorflow/tfjs';
import { createEngine } from '../../src/engine/index.js';
import { sha256 } from '../../src/files/digest.js';
import { publishFile } from '../../src/files/publish.js';
import { safetensorsBytes } from '../../src/files/safetensors/write.js';
import { compactBlocks } from '../../src/stylize/networks/compact.js';
import { vgg19 } from '../../src/stylize/networks/vgg/vgg19.js';
import { endOnErrors, mustExist, refuse } from '../arguments.js';
import { cuts, loadFolder } from './images/sources.js';
import { scaledParameters } from './scaled.js';
import { startingParameters } from './starting-parameters.js';
import { ownParameters, studentOf } from './student.js';

endOnErrors();
const { values } = parseArgs({
  options: {
    parameters: { type: 'string' },
    student: { type: 'string' },
    teacher: { type: 'string' },
    images: { type: 'string', multiple: true },
    out: { type: 'string', default: 'compact.safetensors' },
  },
});
const { parameters, student: spec, teacher: teacherFile, images: folders, out } = values;
if (!parameters || !spec || !teacherFile || !folders)
  refuse('The command needs --parameters, --student NAME=WIDTHS, --teacher and --images.');
mustExist('parameters', parameters);
mustExist('teacher', teacherFile);
mustExist('images', ...folders);
const student = studentOf(spec);
const [widths, wanted] = [student.blocks, compactBlocks].map((blocks) => blocks.join('/'));
if (widths !== wanted) refuse(`--student ${spec} does not have the widths of compact, ${wanted}.`);

enableProdMode();
const trained = ownParameters(student, await startingParameters([student], 0, parameters));
const teacherBytes = readFileSync(teacherFile);
const loaded = (await Promise.all(folders.map((folder) => loadFolder(folder)))).flat();
const images = cuts(loaded, { count: 32, sizePx: 96, seed: 5 });
const engine = await createEngine('onnx');
const teacher = await vgg19.loadWeights(teacherBytes);
const tensors = await scaledParameters(engine, student, trained, teacher, images);
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
await publishFile(out, bytes, { temporaryFolder: dirname(out) });
process.stdout.write(`${out}: ${bytes.length} bytes, sha256 ${sha256(bytes)}\n`);
