/**
 * The folders that YOLO classification reads: `train/<class>/`, `val/<class>/`, `test/<class>/`
 * (https://docs.ultralytics.com/datasets/classify).
 * @module
 */
import { basename } from 'node:path';
import { writeFilesOfEach } from './batches.js';
import type { Exporter } from './exporter.js';

/** The names of splits that are others for YOLO. */
const splitNames: Readonly<Record<string, string>> = { validation: 'val', valid: 'val' };

export const yolo: Exporter = {
  async write({ splits, records, copy }) {
    for (const split of splits) {
      const folder = splitNames[split] ?? split;
      await writeFilesOfEach(records(split), (record) => [
        () => copy(`${folder}/${record.label}/${basename(record.file)}`, record),
      ]);
    }
  },
};
