/**
 * The folders that YOLO classification reads: `train/<class>/`, `val/<class>/`, `test/<class>/`
 * (https://docs.ultralytics.com/datasets/classify).
 * @module
 */
import { basename } from 'node:path';
import type { CompleteRecord } from '../dataset/ledger/record.js';
import type { Exporter } from './exporter.js';

/** The names of splits that are others for YOLO. */
const splitNames: Readonly<Record<string, string>> = { validation: 'val', valid: 'val' };

/** Flushing one file at a time would take most of the time. */
const concurrentCopies = 64;

export const yolo: Exporter = {
  async write({ splits, records, copy }) {
    for (const split of splits) {
      const folder = splitNames[split] ?? split;
      const copyAll = async (batch: readonly CompleteRecord[]): Promise<void> => {
        const copies = batch.map((record) =>
          copy(`${folder}/${record.label}/${basename(record.file)}`, record),
        );
        const settled = await Promise.allSettled(copies);
        for (const result of settled) if (result.status === 'rejected') throw result.reason;
      };
      let batch: CompleteRecord[] = [];
      for await (const record of records(split)) {
        batch.push(record);
        if (batch.length < concurrentCopies) continue;
        await copyAll(batch);
        batch = [];
      }
      await copyAll(batch);
    }
  },
};
