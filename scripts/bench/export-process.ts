/**
 * Exports a dataset: `export-process.js DIR FORMAT...`, one format after the other, as a run does. Sends its parent a message when it begins, and then one with its time
 * and peak memory.
 * @module
 */
import { exportDataset } from '../../src/export/export-dataset.js';
import type { ExporterName } from '../../src/export-formats.js';
import { peakBytes } from './peak-memory.js';

const [root, ...formats] = process.argv.slice(2);
process.send?.('begun');
const before = performance.now();
for (const format of formats) await exportDataset(root, format as ExporterName);
const seconds = (performance.now() - before) / 1000;
process.send?.({ seconds, peakMb: peakBytes() / 1e6 });
