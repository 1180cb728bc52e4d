/**
 * Lets each write operation of a run go wrong in turn, until a run passes untouched; see "How SQLite Is Tested". By
 * default, each operation goes wrong in one way; with WILDSTYLE_SWEEP=whole (`npm run sweep`), each in every way.
 */
import { appendFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import test from 'ava';
import { outputPaths } from '../../src/dataset/output-paths.js';
import { findShards } from '../../src/dataset/shards/shard-folders.js';
import { readSummary } from '../../src/dataset/summary.js';
import type { WildstyleError } from '../../src/errors.js';
import { exportDataset } from '../../src/export/export-dataset.js';
import { type FileSystem, nodeFileSystem } from '../../src/files/file-system.js';
import { isInShard } from '../../src/plan/shard.js';
import { mergeShards } from '../../src/run/shards/merge-shards.js';
import { imagesBelow } from '../support/dataset-tree.js';
import { FaultPoint, faultCodes, faultFileSystem, faults } from './support/fault-file-system.js';
import {
  buryHolder,
  contentsOf,
  copyOf,
  exportedContents,
  faultsOf,
  type SmallRun,
  smallRun,
} from './support/small-run.js';

const isWhole = process.env.WILDSTYLE_SWEEP === 'whole';

let small: SmallRun;
let folder = '';
let whole: Record<string, string>;

/** What a dataset is before the work, and the work. */
interface Scenario {
  /** In the short form, every n-th operation goes wrong. */
  readonly every: number;
  readonly before: (root: string) => Promise<unknown>;
  readonly work: (root: string, fileSystem: FileSystem) => Promise<unknown>;
  readonly after?: () => Promise<Record<string, string>>;
}

const runTo = (root: string, fileSystem: FileSystem) => small.run(root, { fileSystem });
const exportTo = (root: string, fileSystem: FileSystem) => exportDataset(root, 'csv', {}, fileSystem);
const copiesTo = (root: string, fileSystem: FileSystem) => exportDataset(root, 'yolo', {}, fileSystem);

const repairIn = (root: string, fileSystem: FileSystem) => small.repair(root, { fileSystem });

/** Merges shards; those of an interrupted merge may be gone already, and then a run does what is left. */
async function mergeIn(root: string, fileSystem: FileSystem): Promise<void> {
  if ((await findShards(root)).length > 0) await mergeShards([root], root, { fileSystem });
  else await small.run(root, { fileSystem });
}

/** Runs one shard of three, the others being complete, and merges them. */
async function shardAndMerge(root: string, fileSystem: FileSystem): Promise<void> {
  // An interrupted merge may have removed them already.
  const isMerged = (await readSummary(root)) !== undefined && (await findShards(root)).length === 0;
  if (!isMerged) await small.run(root, { fileSystem, shard: { index: 0, count: 3 } });
  await mergeIn(root, fileSystem);
}

/** Damages a dataset in every way that a repair mends. */
async function damage(root: string): Promise<void> {
  await exportDataset(root, 'csv');
  const [missing, altered, halved] = await imagesBelow(root);
  await rm(join(root, missing));
  await appendFile(join(root, altered), 'x');
  await writeFile(join(root, halved), (await readFile(join(root, halved))).subarray(0, 20));
  await mkdir(join(root, 'train/strangers'));
  await writeFile(join(root, 'train/strangers/one.png'), 'foreign');
  await appendFile(join(root, 'train/metadata.jsonl'), '{}\n');
  await appendFile(join(root, 'README.md'), 'mine');
  await writeFile(join(root, 'exports/csv/train.csv'), 'altered');
  const { manifest } = outputPaths(root);
  const lines = (await readFile(manifest, 'utf8')).trimEnd().split('\n');
  await writeFile(manifest, `${lines.slice(1).join('\n').replace('"label":"ponds"', '"label":"pond"')}\n`);
}

const scenarios: Readonly<Record<string, Scenario>> = {
  run: { every: 1, before: async () => {}, work: runTo },
  resume: { every: 3, before: (root) => small.run(root, { maxImages: 3 }), work: runTo },
  'run that makes missing files again': {
    every: 3,
    async before(root) {
      await copyOf(join(folder, 'whole/out'), root);
      const [first, second] = await imagesBelow(root);
      for (const path of [first, second, 'train/metadata.jsonl']) await rm(join(root, path));
    },
    work: runTo,
  },
  'run without its working folder': {
    every: 3,
    async before(root) {
      await copyOf(join(folder, 'whole/out'), root);
      await rm(outputPaths(root).workFolder, { recursive: true });
      await rm(outputPaths(root).card);
    },
    work: runTo,
  },
  repair: {
    every: 7,
    async before(root) {
      await copyOf(join(folder, 'whole/out'), root);
      await damage(root);
    },
    work: repairIn,
    after: () => exportedContents(small, 'csv'),
  },
  'shard that goes on, and the merge': {
    every: 11,
    async before(root) {
      for (const index of [1, 2]) await small.run(root, { shard: { index, count: 3 } });
      await small.run(root, { shard: { index: 0, count: 3 }, maxImages: 1 });
    },
    work: shardAndMerge,
  },
  'complete shard that makes a missing image again, and the merge': {
    every: 11,
    async before(root) {
      for (const index of [0, 1, 2]) await small.run(root, { shard: { index, count: 3 } });
      const [lost] = (await imagesBelow(root)).filter((file) =>
        isInShard(basename(file, '.png'), { index: 0, count: 3 }),
      );
      await rm(join(root, lost));
    },
    work: shardAndMerge,
  },
  merge: {
    every: 3,
    async before(root) {
      for (const index of [0, 1, 2]) await small.run(root, { shard: { index, count: 3 } });
    },
    work: mergeIn,
  },
  export: {
    every: 1,
    before: (root) => copyOf(join(folder, 'whole/out'), root),
    work: exportTo,
    after: () => exportedContents(small, 'csv'),
  },
  'export of copies that replaces another': {
    every: 5,
    async before(root) {
      await copyOf(join(folder, 'whole/out'), root);
      await exportDataset(root, 'yolo');
      await rm(join(root, 'exports/yolo'), { recursive: true });
      await mkdir(join(root, 'exports/yolo/train/old'), { recursive: true });
      await writeFile(join(root, 'exports/yolo/train/old/one.png'), 'of an earlier version');
    },
    work: copiesTo,
    after: () => exportedContents(small, 'yolo'),
  },
};

test.before(async () => {
  small = await smallRun();
  folder = small.job.folder;
  whole = await contentsOf(await small.whole());
});
test.after.always(() => small?.job.remove());

for (const [name, { every, before, work, after }] of Object.entries(scenarios)) {
  test.serial(
    `${name}: whichever operation goes wrong, the next one ends with the same dataset`,
    async (t) => {
      t.timeout(1_800_000);
      const expected = after ? await after() : whole;
      const start = join(folder, 'start/out');
      const root = join(folder, 'root/out');
      await rm(start, { recursive: true, force: true });
      await before(start);
      let cases = 0;
      let reached = true;
      for (let at = 1; reached; at += isWhole ? 1 : every) {
        reached = false;
        for (const fault of isWhole ? faults : [faults[Math.floor(at / every) % faults.length]]) {
          await rm(root, { recursive: true, force: true });
          await copyOf(start, root).catch(() => {});
          const point = new FaultPoint(at, fault);
          const error = await work(root, faultFileSystem(nodeFileSystem, point)).then(
            () => undefined,
            (error: unknown) => error,
          );
          const what = `${fault} at ${at}: ${point.operations[at - 1]}`;
          if (point.isReached) {
            reached = true;
            cases++;
            // What goes wrong in cleaning up is no failure.
            if (error !== undefined)
              t.is((error as WildstyleError).code, faultCodes[fault], `${what}: ${error}`);
          } else t.is(error, undefined, what);
          for (const place of [root, ...(await findShards(root))]) await buryHolder(place);
          await work(root, nodeFileSystem);
          t.deepEqual(await faultsOf(root, expected), [], what);
        }
      }
      t.log(`${cases} cases`);
      t.true(cases > 10);
    },
  );
}
