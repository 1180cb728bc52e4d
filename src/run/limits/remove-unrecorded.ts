/** Removes images that were published by a worker that was killed before it recorded them. @module */
import { join } from 'node:path';
import { readJournals } from '../../dataset/ledger/journals/read-journals.js';
import { type OutputPlace, outputPaths, rootOf } from '../../dataset/output-paths.js';
import type { FileSystem } from '../../files/file-system.js';
import type { PlanItem } from '../../plan/item.js';

/** Removes the images of items that have no record. They will be made again. @param items items that were given up */
export async function removeUnrecorded(
  place: OutputPlace,
  items: readonly PlanItem[],
  fileSystem: FileSystem,
): Promise<void> {
  if (items.length === 0) return;
  const { records } = await readJournals(outputPaths(place).journalsFolder);
  for (const { id, file } of items) {
    if (records.get(id)?.status !== 'complete')
      await fileSystem.unlink(join(rootOf(place), file)).catch(() => {});
  }
}
