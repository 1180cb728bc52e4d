/** Cuts the power after each operation of a run. What was not flushed is gone. */
import { createHash } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import test from 'ava';
import { readJournals } from '../../src/dataset/ledger/journals/read-journals.js';
import { readManifest } from '../../src/dataset/ledger/manifest.js';
import type { RecordPlace } from '../../src/dataset/ledger/record-index.js';
import { readRecords } from '../../src/dataset/ledger/record-reader.js';
import { outputPaths } from '../../src/dataset/output-paths.js';
import { readSummary } from '../../src/dataset/summary.js';
import { verifyDataset } from '../../src/dataset/verify/verify.js';
import { exportDataset } from '../../src/export/export-dataset.js';
import type { ExporterName } from '../../src/export-formats.js';
import { type FileSystem, nodeFileSystem } from '../../src/files/file-system.js';
import { imagesBelow } from '../support/dataset-tree.js';
import { materialize, RecordedFileSystem, type Survival } from './support/power-cut.js';
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
let whole: Record<string, string>;

test.before(async () => {
  small = await smallRun();
  whole = await contentsOf(await small.whole());
});
test.after.always(() => small?.job.remove());

/** The images that a folder has records of. */
async function recordedFiles(root: string): Promise<string[]> {
  const paths = outputPaths(root);
  const { journals, records } = await readJournals(paths.journalsFolder);
  const places: Iterable<RecordPlace> = records.values();
  const found: { id: string; status: string }[] = [];
  if (journals.isSettled) for await (const record of readRecords(places)) found.push(record);
  else found.push(...(await readManifest(root).catch(() => [])));
  return found.filter(({ status }) => status === 'complete').map(({ id }) => id);
}

/** What is on disk before the work, the work, and what is there after it. */
interface Scenario {
  /** In the short form, the work is done again on every n-th of the states that a cut can leave. */
  readonly every: number;
  /** Whether `dataset.json` lists exports that are not whole before the work. */
  readonly isDamaged?: boolean;
  readonly before: (root: string) => Promise<unknown>;
  readonly work: (root: string, fileSystem: FileSystem, onDone?: (id: string) => void) => Promise<unknown>;
  readonly after: () => Promise<Record<string, string>>;
}

const running = (before: Scenario['before']): Scenario => ({
  every: 4,
  before,
  work: (root, fileSystem, onDone) => small.run(root, { fileSystem, ...(onDone && { onDone }) }),
  after: async () => whole,
});

const copyWhole = (root: string) => copyOf(join(small.job.folder, 'whole/out'), root);

const exporting = (name: ExporterName): Scenario => ({
  every: 1,
  before: copyWhole,
  work: (root, fileSystem) => exportDataset(root, name, {}, fileSystem),
  after: () => exportedContents(small, name),
});

const scenarios: Readonly<Record<string, Scenario>> = {
  'a run': running((root) => mkdir(root, { recursive: true })),
  'a run that goes on': running((root) => small.run(root, { maxImages: 3 })),
  'a run that makes missing images again': running(async (root) => {
    await copyWhole(root);
    for (const path of (await imagesBelow(root)).slice(0, 2)) await rm(join(root, path));
  }),
  'an export of tables': exporting('csv'),
  'an export of copies': exporting('yolo'),
  'an export of archives': exporting('webdataset'),
  'an export that replaces another': {
    ...exporting('csv'),
    isDamaged: true,
    async before(root) {
      await copyWhole(root);
      await exportDataset(root, 'csv');
      await writeFile(join(root, 'exports/csv/train.csv'), 'altered');
    },
  },
};

/** Problems of an export that `dataset.json` lists: one that is not whole must not be listed. */
async function faultsOfListedExports(root: string): Promise<string[]> {
  const summary = await readSummary(root).catch(() => undefined);
  if (!summary?.exports || Object.keys(summary.exports).length === 0) return [];
  const { problems } = await verifyDataset(root);
  return problems.filter(({ file }) => file?.startsWith('exports/')).map(({ message }) => message);
}

for (const [name, { every, isDamaged = false, before, work, after: wholeAfter }] of Object.entries(
  scenarios,
)) {
  for (const survival of ['flushed', 'names'] as const satisfies readonly Survival[]) {
    test.serial(
      `${name}: a power cut (${survival} survive) loses nothing that was acknowledged`,
      async (t) => {
        t.timeout(1_800_000);
        // One level down, so that the folder of the output is new, too.
        const disk = join(small.job.folder, 'disk');
        const root = join(disk, 'parent/out');
        await rm(disk, { recursive: true, force: true });
        await mkdir(join(disk, 'parent'), { recursive: true });
        await before(root);
        const recorded = await RecordedFileSystem.start(disk, nodeFileSystem);
        await work(root, recorded, (id) => recorded.promise(id));
        const expected = await wholeAfter();
        t.deepEqual(await faultsOf(root, expected), []);

        const after = join(small.job.folder, 'after');
        const seen = new Set<string>();
        for (let count = 0; count <= recorded.entries.length; count++) {
          const left = recorded.after(count, survival);
          const promised = recorded.promisedAfter(count);
          const state = stateOf(left, promised);
          if (seen.has(state)) continue;
          seen.add(state);
          const what = `after ${count} operations, last ${JSON.stringify(recorded.entries[count - 1])?.slice(0, 200)}`;
          for (const [path, bytes] of left) {
            const file = relative(root, path);
            const isImage = file.startsWith('train/') && file.endsWith('.png');
            if (isImage && bytes) t.is(bytes.toString('base64'), whole[file], `${what}: ${file} is whole`);
          }
          await rm(after, { recursive: true, force: true });
          await mkdir(after);
          await materialize(left, disk, after);
          const rootAfter = join(after, 'parent/out');
          const known = await recordedFiles(rootAfter);
          for (const id of promised) t.true(known.includes(id), `${what}: the record of ${id} is kept`);
          if (!isDamaged) t.deepEqual(await faultsOfListedExports(rootAfter), [], what);
          if (!isWhole && seen.size % every !== 0) continue;
          await buryHolder(rootAfter);
          await work(rootAfter, nodeFileSystem);
          t.deepEqual(await faultsOf(rootAfter, expected), [], what);
        }
        t.log(`${recorded.entries.length} operations, ${seen.size} states`);
        t.true(seen.size > 1);
      },
    );
  }
}

function stateOf(left: ReadonlyMap<string, Buffer | undefined>, promised: readonly string[]): string {
  const hash = createHash('sha256').update(promised.join());
  for (const [path, bytes] of left) hash.update(`\0${path}\0`).update(bytes ?? 'folder');
  return hash.digest('hex');
}
