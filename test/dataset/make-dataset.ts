/** A small dataset on disk, made with the functions under test. @module */
import { join } from 'node:path';
import { datasetCard } from '../../src/dataset/card/card.js';
import { type CompiledManifest, compileManifest } from '../../src/dataset/ledger/manifest.js';
import type { CompleteRecord, ItemRecord } from '../../src/dataset/ledger/record.js';
import { outputPaths } from '../../src/dataset/output-paths.js';
import { type DatasetSummary, publishSummary, summarize, withFiles } from '../../src/dataset/summary.js';
import { publishFile } from '../../src/files/publish.js';
import { encodeImage } from '../../src/images/encode.js';
import { byId, failedRecord, itemOf, originalRecord, stylizedRecord } from './support.js';

export const job = {
  seed: 42,
  recipe: { network: 'random', style: { strength: { logUniform: [3, 30] } }, steps: 150 },
  output: { root: '/out', format: 'jpeg', split: 'train' },
  run: { workers: 2 },
};

/** Publishes a single-color image for a record and adds its digest and size to the record. */
export async function publishImage<T extends CompleteRecord>(root: string, record: T): Promise<T> {
  const [widthPx, heightPx] = [64, 48];
  const data = new Uint8Array(widthPx * heightPx * 3).fill(record.id.charCodeAt(0));
  const bytes = await encodeImage({ data, widthPx, heightPx }, { format: 'jpeg' });
  const { temporaryFolder } = outputPaths(root);
  const { sha256 } = await publishFile(join(root, record.file), bytes, { temporaryFolder });
  return { ...record, sha256, widthPx, heightPx };
}

/** A dataset as it was made. */
export interface SmallDataset {
  readonly records: ItemRecord[];
  readonly compiled: CompiledManifest;
  readonly summary: DatasetSummary;
}

/** The summary of a compiled dataset. */
export function summaryOfCompiled(compiled: CompiledManifest): DatasetSummary {
  return summarize({
    wildstyle: '0.1.0',
    job,
    earlierJobs: [],
    environment: { node: '20.20.2' },
    startedAt: new Date(0),
    finishedAt: new Date(60_000),
    planDigest: 'plan-1',
    compiled,
  });
}

/** Makes a dataset with two classes and one failure: five items in the order a, b, c, d, e. */
export async function makeDataset(
  root: string,
  change: (summary: DatasetSummary) => DatasetSummary = (s) => s,
  facts: Pick<CompleteRecord, 'objects'> = {},
): Promise<SmallDataset> {
  const records: ItemRecord[] = [
    await publishImage(root, stylizedRecord('a', facts)),
    await publishImage(root, originalRecord('b', facts)),
    await publishImage(root, stylizedRecord('c', { label: 'dog', replica: 1 })),
    failedRecord('d', { label: 'dog' }),
    await publishImage(root, originalRecord('e', { label: 'dog' })),
  ];
  const compiled = await compileManifest({ root, items: records.map(itemOf), records: byId(records) });
  const summary = change(summaryOfCompiled(compiled));
  const { card, temporaryFolder } = outputPaths(root);
  const text = datasetCard({ name: 'Small', summary, sample: records.slice(0, 1) });
  const { sha256 } = await publishFile(card, text, { temporaryFolder });
  const complete = withFiles(summary, { 'README.md': sha256 });
  await publishSummary(root, complete);
  return { records, compiled, summary: complete };
}
