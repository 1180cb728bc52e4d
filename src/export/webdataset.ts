/**
 * WebDataset: tar archives in which the files of a sample are adjacent and share their name up to the first dot
 * (https://github.com/webdataset/webdataset). Each sample has an image, its row of `metadata.jsonl` as `.json` and, in a
 * dataset with labels, the number of its class as `.cls`.
 * @module
 */
import { extname } from 'node:path';
import { type Pack, pack } from 'tar-stream';
import { metadataRow } from '../dataset/ledger/metadata-row.js';
import type { CompleteRecord } from '../dataset/ledger/record.js';
import { splitOfFile } from '../dataset/output-paths.js';
import { type ExportContext, type Exporter, exportFile } from './exporter.js';
import { exportCard, jsonFeature, labelFeature } from './hugging-face.js';
import { writeShards } from './shards.js';
import type { ExportFile } from './staging/export-file.js';

export const webdataset: Exporter = {
  async write(context) {
    const { classes } = context;
    const shards = await writeShards(
      context,
      ({ split, index }) => `${split}-${String(index).padStart(6, '0')}.tar`,
      (file, records) => writeTar(context, file, records),
    );
    const index = {
      classes,
      shards: shards.map(({ file, split, images, bytes, sha256 }) => ({
        file,
        split,
        images,
        bytes,
        sha256,
      })),
    };
    await exportFile(context, 'index.json', (file) => file.write(`${JSON.stringify(index, null, 2)}\n`));
    const [first] = shards.length > 0 ? await firstRecord(context) : [];
    const features = [
      ...(first ? [{ name: extname(first.file).slice(1), dtype: 'image' }] : []),
      ...(classes.length > 0 ? [labelFeature('cls', classes)] : []),
      jsonFeature,
      ...['__key__', '__url__'].map((name) => ({ name, dtype: 'string' })),
    ];
    await exportFile(context, 'README.md', (file) =>
      file.write(exportCard(context, { pattern: (split) => `${split}-*.tar`, features })),
    );
  },
};

async function firstRecord({ records }: ExportContext): Promise<CompleteRecord[]> {
  for await (const record of records()) return [record];
  return [];
}

async function writeTar(
  { image, classes }: ExportContext,
  file: ExportFile,
  records: AsyncIterable<CompleteRecord>,
): Promise<void> {
  const archive = pack();
  const written = (async () => {
    for await (const chunk of archive) await file.write(chunk as Uint8Array);
  })();
  const filled = (async () => {
    for await (const record of records) {
      const { id, label } = record;
      const [, fileName] = splitOfFile(record.file);
      await addEntry(archive, `${id}${extname(fileName)}`, await image(record));
      if (label !== null) await addEntry(archive, `${id}.cls`, Buffer.from(String(classes.indexOf(label))));
      const row = JSON.stringify(metadataRow(record, fileName));
      await addEntry(archive, `${id}.json`, Buffer.from(row));
    }
    archive.finalize();
  })();
  await Promise.all([
    written,
    filled.catch((error) => {
      archive.destroy(error);
      throw error;
    }),
  ]);
}

/** Equal content must give equal bytes, so owner, rights and time are fixed. */
const fixed = {
  mode: 0o644,
  uid: 0,
  gid: 0,
  uname: 'root',
  gname: 'root',
  mtime: new Date(0),
  type: 'file',
} as const;

function addEntry(archive: Pack, name: string, content: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    archive.entry(
      { ...fixed, name, size: content.byteLength },
      Buffer.from(content.buffer, content.byteOffset, content.byteLength),
      (error) => (error ? reject(error) : resolve()),
    );
  });
}
