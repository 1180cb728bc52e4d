/** Publishes the dataset card. @module */
import { basename } from 'node:path';
import { type FileSystem, nodeFileSystem } from '../../files/file-system.js';
import { publishFile } from '../../files/publish.js';
import type { ItemRecord } from '../ledger/record.js';
import { outputPaths } from '../output-paths.js';
import type { DatasetSummary } from '../summary.js';
import { datasetCard } from './card.js';

const sampledRecords = 6;

/**
 * Writes README.md.
 * @param sample stylized records; the first few are shown
 * @returns the sha256 of the file, by name
 */
export async function publishCard(
  root: string,
  summary: DatasetSummary,
  sample: readonly ItemRecord[],
  fileSystem: FileSystem = nodeFileSystem,
): Promise<Record<string, string>> {
  const { card, temporaryFolder } = outputPaths(root);
  const text = datasetCard({ name: basename(root), summary, sample: sample.slice(0, sampledRecords) });
  const { sha256 } = await publishFile(card, text, { temporaryFolder, fileSystem });
  return { [basename(card)]: sha256 };
}
