/**
 * Compares presets with the published objectives, written in PyTorch: loss and gradient at given images, and evaluations to
 * the same objective. With `--programs`, runs an original itself.
 * `node dist/scripts/originals/main.js [--json] [--python PATH] [--short] [--runs] [--programs] [--out FOLDER]`
 * @module
 */
import { parseArgs } from 'node:util';
import { enableProdMode } from '@tensorflow/tfjs';
import { sharedPictures } from '../bench/pictures/pairs.js';
import { compareGradients } from './gradients.js';
import { comparePrograms } from './programs.js';
import { installTorch, whyUnavailable } from './python.js';
import { compareRuns } from './runs.js';

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    /** Loss and gradient only. */
    short: { type: 'boolean', default: false },
    /** Evaluations only. */
    runs: { type: 'boolean', default: false },
    /** An original program only; `--out` is for its pictures. */
    programs: { type: 'boolean', default: false },
    out: { type: 'string', default: 'originals' },
    python: { type: 'string' },
    /** Of the runs: edge, evaluations and number of pairs. */
    size: { type: 'string', default: '96' },
    evaluations: { type: 'string', default: '100' },
    pairs: { type: 'string', default: '2' },
    /** Folders of images. */
    content: { type: 'string', default: sharedPictures.content },
    style: { type: 'string', default: sharedPictures.style },
    weights: { type: 'string', default: sharedPictures.weights },
  },
});

enableProdMode();
const missing = values.python === undefined ? await whyUnavailable() : undefined;
if (missing !== undefined) {
  process.stdout.write(`Skipped: ${missing}.\n`);
  process.exit(0);
}
const python = values.python ?? (await installTorch());
const { content, style, weights } = values;
const pictures = { content, style, weights };
const [sizePx, evaluations, pairs] = [values.size, values.evaluations, values.pairs].map(Number);
const options = { sizePx, evaluations, pairs };
const programs = values.programs
  ? await comparePrograms(python, pictures, { ...options, out: values.out })
  : [];
const rows = values.runs || values.programs ? [] : await compareGradients(python, pictures);
const runs = values.short || values.programs ? [] : await compareRuns(python, pictures, options);
if (values.json) {
  process.stdout.write(`${JSON.stringify({ gradients: rows, runs, programs })}\n`);
} else {
  for (const table of [rows, runs, programs]) if (table.length > 0) console.table(table);
}
