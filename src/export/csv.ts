/** CSV (RFC 4180): one table per split, with the columns of `metadata.jsonl`. @module */
import { columnList, metadataRow } from '../dataset/ledger/metadata-row.js';
import { splitOfFile } from '../dataset/output-paths.js';
import type { FilePublisher } from '../files/publish.js';
import type { Exporter } from './exporter.js';

const names = columnList.map(({ name }) => name);

export const csv: Exporter = {
  describe: 'one table per split, with the columns of metadata.jsonl',
  async write({ records, open }) {
    const tables = new Map<string, FilePublisher>();
    for await (const record of records()) {
      const [split, fileName] = splitOfFile(record.file);
      let table = tables.get(split);
      if (!table) {
        table = await open(`${split}.csv`);
        tables.set(split, table);
        await table.write(line(names));
      }
      const row = metadataRow(record, fileName);
      await table.write(line(names.map((name) => row[name])));
    }
    for (const table of tables.values()) await table.commit();
  },
};

function line(cells: readonly unknown[]): string {
  return `${cells.map(cell).join(',')}\r\n`;
}

function cell(value: unknown): string {
  const text = value === null || value === undefined ? '' : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
