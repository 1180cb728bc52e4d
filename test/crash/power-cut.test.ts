/** Cuts the power after each operation of a run. What was not flushed is gone. */
import { createHash } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join, relative } from 'node:path';
import test from 'ava';
import { readJournals } from '../../src/dataset/ledger/journals/read-journals.js';
import { readManifest } from '../../src/dataset/ledger/manifest.js';
import type { RecordPlace } from '../../src/dataset/ledger/record-index.js';
import { readRecords } from '../../src/dataset/ledger/record-reader.js';
import { outputPaths } from '../../src/dataset/output-paths.js';
import { nodeFileSystem } from '../../src/files/file-system.js';
import { imagesBelow } from '../support/dataset-tree.js';
import { materialize, RecordedFileSystem, type Survival } from './support/power-cut.js';
import { buryHolder, contentsOf, copyOf, faultsOf, type SmallRun, smallRun } from './support/small-run.js';

const isWhole = process.env.WILDSTYLE_SWEEP === 'whole';
/** In the short form, the next run is tried on every n-th of the states that a cut can leave. */
const every = isWhole ? 1 : 4;

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

const scenarios: Readonly<Record<string, (root: string) => Promise<unknown>>> = {
  'a run': (root) => mkdir(root, { recursive: true }),
  'a run that goes on': (root) => small.run(root, { maxImages: 3 }),
  async 'a run that makes missing images again'(root) {
    await copyOf(join(small.job.folder, 'whole/out'), root);
    for (const path of (await imagesBelow(root)).slice(0, 2)) await rm(join(root, path));
  },
};

for (const [name, before] of Object.entries(scenarios)) {
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
        await small.run(root, { fileSystem: recorded, onDone: (id) => recorded.promise(id) });
        t.deepEqual(await faultsOf(root, whole), []);

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
          if (seen.size % every !== 0) continue;
          await buryHolder(rootAfter);
          await small.run(rootAfter);
          t.deepEqual(await faultsOf(rootAfter, whole), [], what);
        }
        t.log(`${recorded.entries.length} operations, ${seen.size} states`);
        t.true(seen.size > 10);
      },
    );
  }
}

function stateOf(left: ReadonlyMap<string, Buffer | undefined>, promised: readonly string[]): string {
  const hash = createHash('sha256').update(promised.join());
  for (const [path, bytes] of left) hash.update(`\0${path}\0`).update(bytes ?? 'folder');
  return hash.digest('hex');
}
