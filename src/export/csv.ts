/** CSV (RFC 4180): one table per split, with the columns of `metadata.jsonl`. @module */
import { columnList, metadataRow } from '../dataset/ledger/metadata-row.js';
import { splitOfFile } from '../dataset/output-paths.js';
import { csvLine } from '../files/csv.js';
import { type Exporter, exportFile } from './exporter.js';

const names = columnList.map(({ name }) => name);

export const csv: Exporter = {
  async write(context) {
    for (const split of context.splits) {
      await exportFile(context, `${split}.csv`, async (table) => {
        await table.write(csvLine(names));
        for await (const record of context.records(split)) {
          const row = metadataRow(record, splitOfFile(record.file)[1]);
          await table.write(csvLine(names.map((name) => row[name])));
        }
      });
    }
  },
};
