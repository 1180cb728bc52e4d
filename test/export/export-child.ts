/** Exports a dataset in a process of its own, so that a test can kill it: `node export-child.js DIR FORMAT SHARD`. @module */
import { exportDataset } from '../../src/export/export-dataset.js';
import type { ExporterName } from '../../src/export-formats.js';

const [root, name, shardImages] = process.argv.slice(2);
await exportDataset(root, name as ExporterName, { shardImages: Number(shardImages) });
