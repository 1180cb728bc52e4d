/** Lets the disk be full wherever the contact sheet and the report are written: the dataset is whole without them. */
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { outputPaths } from '../../src/dataset/output-paths.js';
import { readSummary } from '../../src/dataset/summary.js';
import { verifyDataset } from '../../src/dataset/verify/verify.js';
import type { WildstyleError } from '../../src/errors.js';
import { nodeFileSystem } from '../../src/files/file-system.js';
import { mergeShards } from '../../src/run/shards/merge-shards.js';
import { FaultPoint, faultFileSystem } from './support/fault-file-system.js';
import { contentsOf, copyOf, faultsOf, type SmallRun, smallRun } from './support/small-run.js';

const isWhole = process.env.WILDSTYLE_SWEEP === 'whole';
const sheetOpened = /^open wx .*contact-sheet\.png/;

let small: SmallRun;
let whole: Record<string, string>;
let root = '';

/** A stylized image of each of two photographs, by a method without optimization: they need no engine. */
const changes = {
  content: { root: 'content', include: ['ponds/*'] },
  sampling: { stylesPerContent: 1, keepOriginals: false },
  recipe: { method: 'histogram', size: 32 },
};

test.before(async () => {
  small = await smallRun(changes);
  whole = await contentsOf(await small.whole());
  root = join(small.job.folder, 'root/out');
});
test.after.always(() => small?.job.remove());
test.beforeEach(() => rm(root, { recursive: true, force: true }));

/** What differs from the undisturbed dataset, apart from the times in records. */
async function faults(): Promise<string[]> {
  const found = await faultsOf(root, whole);
  const result = (await readSummary(root))?.digests.result;
  const isEqual = result === JSON.parse(whole['dataset.json']).digests.result;
  const timed = ['differs: dataset.json', 'differs: manifest.jsonl'];
  return found.filter((fault) => !isEqual || !timed.includes(fault));
}

/** The operations of an undisturbed run. */
async function operationsOf(): Promise<readonly string[]> {
  const point = new FaultPoint(Number.POSITIVE_INFINITY, 'ENOSPC');
  await small.run(root, { fileSystem: faultFileSystem(nodeFileSystem, point) });
  return point.operations;
}

test.serial('the first summary is published before the contact sheet and the report', async (t) => {
  const operations = await operationsOf();
  const { summary, card, contactSheet, report } = outputPaths(root);
  const published = operations
    .filter((what) => what.startsWith('rename '))
    .map((what) => what.slice('rename '.length))
    .filter((path) => [summary, card, contactSheet, report].includes(path));
  t.deepEqual(published, [card, summary, contactSheet, report, summary]);
});

test.serial(
  'wherever overviews meet a full disk, the dataset is whole, and the next run adds them',
  async (t) => {
    const first = (await operationsOf()).findIndex((what) => sheetOpened.test(what)) + 1;
    const missing = new Set<string>();
    let cases = 0;
    for (const fault of isWhole ? (['ENOSPC', 'short'] as const) : (['short'] as const)) {
      for (let at = first; ; at++) {
        await rm(root, { recursive: true, force: true });
        const point = new FaultPoint(at, fault);
        const result = await small
          .run(root, { fileSystem: faultFileSystem(nodeFileSystem, point) })
          .catch((error: WildstyleError) => error);
        const what = `${fault} at ${at}: ${point.operations[at - 1]}`;
        // When the status is written, depends on the time.
        if (!point.operations.slice(0, at).some((operation) => sheetOpened.test(operation))) continue;
        // From here on, the journals are removed.
        if (point.operations[at - 1].includes('-done.jsonl')) break;
        if (result instanceof Error) {
          t.fail(`${what}: ${result}`);
          break;
        }
        cases++;
        t.is(result.status, 'complete', what);
        t.deepEqual((await verifyDataset(root)).problems, [], what);
        const summary = await readSummary(root);
        t.is(summary?.status, 'complete', what);
        const lacking = result.missing?.files ?? [];
        for (const file of lacking) {
          missing.add(file);
          t.regex(result.missing?.reason ?? '', /no space left on the disk/, what);
          t.false(Object.hasOwn(summary?.digests.files ?? {}, file), what);
          t.false(existsSync(join(root, file)), what);
        }
        const again = await small.run(root);
        t.is(again.status, 'nothing', what);
        t.is(again.contactSheet !== undefined, lacking.includes('contact-sheet.png'), what);
        t.is(again.report !== undefined, lacking.includes('report.html'), what);
        t.deepEqual(await faults(), [], what);
      }
    }
    t.log(`${cases} cases`);
    t.true(cases > 15);
    t.deepEqual([...missing].sort(), ['contact-sheet.png', 'report.html']);
  },
);

test.serial('an outdated overview that cannot be replaced is removed', async (t) => {
  const stopped = await small.run(root, { maxImages: 1 });
  t.true(existsSync(stopped.contactSheet ?? '') && existsSync(stopped.report ?? ''));
  const point = new FaultPoint(sheetOpened, 'ENOSPC');
  const { missing, report } = await small.run(root, { fileSystem: faultFileSystem(nodeFileSystem, point) });
  t.deepEqual(missing?.files, ['contact-sheet.png']);
  t.is(report, outputPaths(root).report);
  t.false(existsSync(outputPaths(root).contactSheet));
  t.deepEqual((await verifyDataset(root)).problems, []);
  await small.run(root);
  t.deepEqual(await faults(), []);
});

test.serial('other trouble ends the run with its code, but the dataset is whole before', async (t) => {
  const point = new FaultPoint(sheetOpened, 'EIO');
  await t.throwsAsync(small.run(root, { fileSystem: faultFileSystem(nodeFileSystem, point) }), {
    code: 'disk-failed',
  });
  t.is((await readSummary(root))?.status, 'complete');
  t.deepEqual((await verifyDataset(root)).problems, []);
  await small.run(root);
  t.deepEqual(await faults(), []);
});

test.serial('a repair for which the disk is too full for overviews goes on with the next', async (t) => {
  await copyOf(join(small.job.folder, 'whole/out'), root);
  await rm(join(root, 'README.md'));
  const point = new FaultPoint(sheetOpened, 'ENOSPC');
  const { left } = await small.repair(root, { fileSystem: faultFileSystem(nodeFileSystem, point) });
  t.deepEqual(left, []);
  t.false(existsSync(outputPaths(root).contactSheet));
  await small.repair(root);
  t.deepEqual(await faults(), []);
});

test.serial('a merge makes what the job of its shards asks for', async (t) => {
  for (const [contactSheet, report] of [
    [false, false],
    [true, false],
  ]) {
    const job = await smallRun({ ...changes, run: { contactSheet, report } });
    t.teardown(job.job.remove);
    const out = join(job.job.folder, 'merged/out');
    for (const index of [0, 1]) await job.run(out, { shard: { index, count: 2 } });
    const merged = await mergeShards([out], out);
    t.is(merged.contactSheet !== undefined, contactSheet);
    t.is(merged.report, undefined);
    t.is(existsSync(outputPaths(out).contactSheet), contactSheet);
    t.false(existsSync(outputPaths(out).report));
    t.is((await job.run(out)).status, 'nothing');
  }
});

test.serial('a job may leave both out', async (t) => {
  const plain = await smallRun({ ...changes, run: { contactSheet: false, report: false } });
  t.teardown(plain.job.remove);
  const out = await plain.whole();
  t.false(existsSync(outputPaths(out).contactSheet) || existsSync(outputPaths(out).report));
  t.deepEqual(Object.keys((await readSummary(out))?.digests.files ?? {}), ['README.md']);
  t.is((await plain.run(out)).status, 'nothing');
  t.false(existsSync(outputPaths(out).contactSheet) || existsSync(outputPaths(out).report));
});
