/**
 * Compares presets with the published objectives, written in PyTorch: loss and gradient at given images, and evaluations to
 * the same objective. `node dist/scripts/originals/main.js [--json] [--python PATH] [--short] [--runs]`
 * @module
 */
import { parseArgs } from 'node:util';
import { enableProdMode } from '@tensorflow/tfjs';
import { sharedPictures } from '../bench/pictures/pairs.js';
import { compareGradients } from './gradients.js';
import { installTorch, whyUnavailable } from './python.js';
import { compareRuns } from './runs.js';

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    /** Loss and gradient only. */
    short: { type: 'boolean', default: false },
    /** Evaluations only. */
    runs: { type: 'boolean', default: false },
    python: { type: 'string' },
    /** Of the runs: edge, evaluations and number of pairs. */
    size: { type: 'string', default: '96' },
    evaluations: { type: 'string', default: '100' },
    pairs: { type: 'string', default: '2' },
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
const pictures = { ...sharedPictures, weights: values.weights };
const [sizePx, evaluations, pairs] = [values.size, values.evaluations, values.pairs].map(Number);
const options = { sizePx, evaluations, pairs };
const rows = values.runs ? [] : await compareGradients(python, pictures);
const runs = values.short ? [] : await compareRuns(python, pictures, options);
if (values.json) {
  process.stdout.write(`${JSON.stringify({ gradients: rows, runs })}\n`);
} else {
  for (const table of [rows, runs]) if (table.length > 0) console.table(table);
}
