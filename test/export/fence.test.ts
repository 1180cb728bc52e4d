import { readdirSync, statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { WildstyleError } from '../../src/errors.js';
import { exportDataset, exportLocked } from '../../src/export/export-dataset.js';
import { guardedFileSystem, nodeFileSystem } from '../../src/files/file-system.js';
import { temporaryFolder } from '../dataset/support.js';
import { makeLargeDataset } from './large-dataset.js';

/** Every file and folder, with size and time. */
const treeOf = (root: string) =>
  readdirSync(root, { recursive: true, withFileTypes: true }).map((entry) => {
    const path = join(entry.parentPath, entry.name);
    const { size, mtimeMs } = statSync(path);
    return entry.isDirectory() ? path : `${path} ${size} ${mtimeMs}`;
  });

for (const name of ['csv', 'yolo'] as const) {
  test(`${name}: whenever an export loses its lock, it changes nothing any more`, async (t) => {
    const root = await temporaryFolder(t);
    // One image, so that nothing is under way beside it.
    await makeLargeDataset(root, { images: 1, classes: ['ant'] });
    await exportDataset(root, name);
    let lost = 0;
    for (let at = 1; ; at++) {
      await rm(join(root, '.wildstyle/exports'), { recursive: true, force: true });
      let checks = 0;
      let left: readonly string[] | undefined;
      const fenced = guardedFileSystem(nodeFileSystem, async () => {
        if (++checks < at) return;
        left ??= treeOf(root);
        throw new WildstyleError('lock-lost', 'lost');
      });
      const error = await exportLocked(root, name, {}, fenced).then(
        () => undefined,
        (reason: unknown) => reason,
      );
      if (!left) break;
      lost++;
      t.is((error as WildstyleError | undefined)?.code, 'lock-lost', `at ${at}`);
      t.deepEqual(treeOf(root), left, `at ${at}`);
      await exportLocked(root, name, {}, nodeFileSystem);
    }
    t.true(lost > 10, `${lost}`);
  });
}
