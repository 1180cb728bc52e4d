/** Exports a dataset and sends time and peak memory to its parent: `export-process.js DIR FORMAT`. @module */
import { exportDataset } from '../../src/export/export-dataset.js';
import type { ExporterName } from '../../src/export-formats.js';

const [root, format] = process.argv.slice(2);
const before = performance.now();
await exportDataset(root, format as ExporterName);
const seconds = (performance.now() - before) / 1000;
process.send?.({ seconds, peakMb: (process.resourceUsage().maxRSS * 1024) / 1e6 });
