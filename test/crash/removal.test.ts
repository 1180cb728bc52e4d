/**
 * Lets the removal of a file go wrong that nothing of the work depends on any more, in each way. The sweep meets each of
 * them once at most in its short form, because it counts operations.
 */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { findShards } from '../../src/dataset/shards/shard-folders.js';
import type { WildstyleError } from '../../src/errors.js';
import { type FileSystem, nodeFileSystem } from '../../src/files/file-system.js';
import { replaceReport } from '../../src/report/page/replace-report.js';
import { mergeShards } from '../../src/run/shards/merge-shards.js';
import { imagesBelow } from '../support/dataset-tree.js';
import { FaultPoint, faultCodes, faultFileSystem, faults } from './support/fault-file-system.js';
import { buryHolder, contentsOf, copyOf, faultsOf, type SmallRun, smallRun } from './support/small-run.js';

interface Removal {
  /** What is removed. */
  readonly at: RegExp;
  readonly before: (root: string) => Promise<unknown>;
  readonly work: (root: string, fileSystem: FileSystem) => Promise<unknown>;
  /** Brings a dataset that is mended to the form that all are compared in. */
  readonly after?: (root: string) => Promise<unknown>;
}

let small: SmallRun;
let whole = '';

const removals: Readonly<Record<string, Removal>> = {
  'the note of a repair': {
    at: /^unlink .*repair\.json$/,
    async before(root) {
      await copyOf(whole, root);
      const [first] = await imagesBelow(root);
      await rm(join(root, first));
    },
    work: (root, fileSystem) => small.repair(root, { fileSystem }),
  },
  'the completion manifest of a shard': {
    at: /^unlink .*shards.*\.json$/,
    async before(root) {
      for (const index of [0, 1]) await small.run(root, { shard: { index, count: 2 } });
      for (const image of await imagesBelow(root)) await rm(join(root, image));
    },
    async work(root, fileSystem) {
      for (const index of [0, 1]) await small.run(root, { shard: { index, count: 2 }, fileSystem });
    },
    after: (root) => mergeShards([root], root),
  },
  'the sheets of an earlier report': {
    at: /^unlink .*thumbnails-0{16}\.jpg$/,
    async before(root) {
      await copyOf(whole, root);
      await replaceReport(root);
      await mkdir(join(root, 'report'), { recursive: true });
      await writeFile(join(root, 'report', `thumbnails-${'0'.repeat(16)}.jpg`), 'of an earlier report');
    },
    work: (root, fileSystem) => replaceReport(root, { fileSystem }),
  },
};

test.before(async () => {
  small = await smallRun();
  whole = await small.whole();
});
test.after.always(() => small?.job.remove());

for (const [what, { at, before, work, after }] of Object.entries(removals)) {
  for (const fault of faults) {
    test.serial(`${fault} while ${what} is removed: the next one ends with the same dataset`, async (t) => {
      const root = join(small.job.folder, 'root/out');
      await rm(root, { recursive: true, force: true });
      await before(root);
      const point = new FaultPoint(at, fault);
      const error = await t.throwsAsync<WildstyleError>(() =>
        work(root, faultFileSystem(nodeFileSystem, point)),
      );
      t.true(point.isReached, point.operations.join('\n'));
      t.is(error?.code, faultCodes[fault], `${error}`);
      for (const place of [root, ...(await findShards(root))]) await buryHolder(place);
      await work(root, nodeFileSystem);
      await after?.(root);
      t.deepEqual(await faultsOf(root, await contentsOf(whole)), []);
    });
  }
}
