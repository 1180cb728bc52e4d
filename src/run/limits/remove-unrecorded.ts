/** Removes images that were published by a worker that was killed before it recorded them. @module */
import { unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { readJournals } from '../../dataset/ledger/journal.js';
import { outputPaths } from '../../dataset/output-paths.js';
import type { PlanItem } from '../../plan/item.js';

/** Removes the images of items that have no record. They will be made again. @param items items that were given up */
export async function removeUnrecorded(root: string, items: readonly PlanItem[]): Promise<void> {
  if (items.length === 0) return;
  const recorded = await readJournals(outputPaths(root).journalsFolder);
  for (const { id, file } of items) {
    if (recorded.get(id)?.status !== 'complete') await unlink(join(root, file)).catch(() => {});
  }
}
