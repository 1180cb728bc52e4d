import { existsSync } from 'node:fs';
import { appendFile, cp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { checkedLine, checkedText } from '../../src/dataset/ledger/journals/journal-line.js';
import { readJournals } from '../../src/dataset/ledger/journals/read-journals.js';
import { readRecords } from '../../src/dataset/ledger/record-reader.js';
import { writerOf } from '../../src/dataset/lock.js';
import { outputPaths } from '../../src/dataset/output-paths.js';
import { verifyDataset } from '../../src/dataset/verify/verify.js';
import { lockFiles } from '../../src/files/lock/lock-files.js';
import {
  canSeeChildren,
  childrenOf,
  type Ended,
  type Going,
  isRunning,
  startWildstyle,
  until,
  wildstyle,
} from '../support/command-line.js';
import { imageDigests, imagesBelow, summaryOf, type Tree, treeOf } from '../support/dataset-tree.js';
import { type SmallJob, smallCounts, smallJob } from '../support/small-job.js';

let job: SmallJob;
let whole: Tree;

test.before(async () => {
  // Enough steps for a signal to arrive in the middle of the run.
  job = await smallJob({ recipe: { steps: 30 } });
  const root = join(job.folder, 'whole');
  const { exitCode, stderr } = await wildstyle(['run', job.file, '--out', root, '--workers', '2'], job);
  if (exitCode !== 0) throw new Error(stderr);
  whole = await treeOf(root);
});
test.after.always(() => job?.remove());

/** Starts a run and waits until it has made a few images. */
async function inTheMiddle(
  name: string,
  workers: number,
): Promise<Going & { root: string; workers: number[] }> {
  const root = join(job.folder, name);
  const going = startWildstyle(['run', job.file, '--out', root, '--workers', `${workers}`], job);
  const gone = going.ended.then(({ stdout, stderr }) => {
    throw new Error(`ended too early: ${stdout}${stderr}`);
  });
  await Promise.race([gone, until('three images', async () => (await imagesBelow(root)).length >= 3)]);
  gone.catch(() => {});
  return { ...going, root, workers: childrenOf(going.pid) };
}

/** Runs again and checks that the result equals that of an uninterrupted run. */
async function completes(t: ExecutionContext, root: string): Promise<Ended> {
  const again = await wildstyle(['run', job.file, '--out', root], job);
  t.is(again.exitCode, 0, again.stderr);
  t.is(again.stderr, '');
  const tree = await treeOf(root);
  t.deepEqual(tree.files, whole.files);
  t.deepEqual(tree.records, whole.records);
  t.is(tree.resultDigest, whole.resultDigest);
  t.deepEqual((await verifyDataset(root)).problems, []);
  t.deepEqual(await readdir(outputPaths(root).temporaryFolder), [], 'no temporary file is left');
  return again;
}

async function allEnd(pids: readonly number[]): Promise<void> {
  await until('the workers to end', async () => !(await Promise.all(pids.map(isRunning))).includes(true));
}

test.serial('SIGINT once: images in progress are finished, and the next run resumes', async (t) => {
  const going = await inTheMiddle('once', 2);
  going.process.kill('SIGINT');
  const { exitCode, stdout, stderr } = await going.ended;
  t.is(exitCode, 75);
  t.is(stderr, '');
  t.regex(
    stdout,
    /^\S+Z Stopping: finishing the images in progress\. Press Ctrl-C again to stop immediately\.$/m,
  );
  t.regex(stdout, /^\d+ images? left\. Run the same command again to resume\.$/m);
  const { root } = going;
  t.true(existsSync(join(root, '.wildstyle')));
  const images = await imagesBelow(root);
  t.true(images.length >= 3 && images.length < smallCounts.items, `${images.length}`);
  const { status, counts } = await summaryOf(root);
  t.is(status, 'partial');
  t.like(counts, { ...{ items: 18, failed: 0 }, complete: images.length, pending: 18 - images.length });
  const { pending, problems } = await verifyDataset(root);
  t.deepEqual(problems, [], 'a stopped run leaves a valid dataset');
  t.true(pending > 0, 'and reports that it is not complete');
  await allEnd(going.workers);
  const again = await completes(t, root);
  t.regex(again.stdout, new RegExp(`^\\S+Z ${images.length} images already exist\\.`, 'm'));
});

test.serial('missing images of a stopped run are made again, with new records', async (t) => {
  const going = await inTheMiddle('lost', 2);
  going.process.kill('SIGINT');
  await going.ended;
  await allEnd(going.workers);
  const { root } = going;
  const paths = outputPaths(root);
  // Simulates another machine: the digests in the journal of the second worker differ from those made here.
  const other = (await readdir(paths.journalsFolder)).filter((name) => /-[01]\.jsonl$/.test(name)).at(-1);
  const path = join(paths.journalsFolder, other ?? '');
  const lines = (await readFile(path, 'utf8')).trimEnd().split('\n');
  const forged = lines.map((line) =>
    checkedLine(
      (checkedText(line) ?? '').replace(
        /"sha256":"[0-9a-f]{64}","widthPx"/g,
        `"sha256":"${'0'.repeat(64)}","widthPx"`,
      ),
    ),
  );
  await writeFile(path, forged.join(''));
  const { records } = await readJournals(paths.journalsFolder);
  for await (const record of readRecords(records.values()))
    if (record.status === 'complete' && record.sha256 === '0'.repeat(64)) await rm(join(root, record.file));
  const { exitCode } = await wildstyle(['run', job.file, '--out', root, '--workers', '1'], job);
  t.is(exitCode, 0);
  t.deepEqual((await verifyDataset(root)).problems, []);
  t.deepEqual((await treeOf(root)).files, whole.files);
});

test.serial('SIGINT twice: the run stops immediately and leaves no partial files', async (t) => {
  const going = await inTheMiddle('twice', 2);
  going.process.kill('SIGINT');
  // The system merges two signals that arrive together.
  await until('the first to be heard', () => going.written().includes('Stopping'));
  going.process.kill('SIGINT');
  const { exitCode, stdout, stderr } = await going.ended;
  t.is(exitCode, 75);
  t.is(stderr, '');
  t.regex(
    stdout,
    /^Stopped immediately\. Finished images are kept\. Run the same command again to resume\.$/m,
  );
  const { root } = going;
  t.is(await writerOf(root), undefined, 'the lock is released');
  for (const file of await imagesBelow(root)) t.true(file in whole.files, `${file} is whole and planned`);
  t.like(whole.files, await imageDigests(root));
  await allEnd(going.workers);
  await completes(t, root);
});

test.serial(
  'SIGINT before the first image: the run stops, and the next run starts from the beginning',
  async (t) => {
    const root = join(job.folder, 'early');
    const going = startWildstyle(['run', job.file, '--out', root, '--workers', '2'], job);
    await until('the lock', () => writerOf(root));
    going.process.kill('SIGINT');
    const { exitCode, stderr } = await going.ended;
    t.is(stderr, '');
    t.is(exitCode, 75);
    t.true((await imagesBelow(root)).length < smallCounts.items);
    await completes(t, root);
  },
);

test.serial(
  'SIGKILL and an incomplete journal line: workers end by themselves, and the next run takes over the lock',
  async (t) => {
    const going = await inTheMiddle('killed', 2);
    if (canSeeChildren) t.is(going.workers.length, 2);
    going.process.kill('SIGKILL');
    await going.ended;
    const { root } = going;
    t.true((await lockFiles(outputPaths(root).lock)).some(({ isReleased }) => !isReleased));
    t.is(await writerOf(root), undefined, 'a dead process does not keep its lock');
    await allEnd(going.workers);
    t.like(whole.files, await imageDigests(root));
    const before = (await imagesBelow(root)).length;
    const { journalsFolder } = outputPaths(root);
    const [, journal] = await readdir(journalsFolder);
    await appendFile(join(journalsFolder, journal), '{"id":"half a rec');
    await completes(t, root);
    t.true(before < smallCounts.items);
  },
);

test.serial('SIGKILL during the repair of a complete dataset: the next run completes it', async (t) => {
  const root = join(job.folder, 'repaired');
  await cp(join(job.folder, 'whole'), root, { recursive: true });
  const { manifest } = outputPaths(root);
  const before = (await stat(manifest)).mtimeMs;
  for (const image of (await imagesBelow(root)).slice(0, 4)) await rm(join(root, image));
  const going = startWildstyle(['run', job.file, '--out', root, '--workers', '2'], job);
  // The old summary says that the dataset is complete, which is no longer true.
  await until('a new manifest', async () => (await stat(manifest)).mtimeMs !== before);
  going.process.kill('SIGKILL');
  await going.ended;
  await completes(t, root);
});

test.serial('deleted metadata and a deleted card are written again without making images', async (t) => {
  const root = join(job.folder, 'whole');
  await rm(join(root, 'train/metadata.jsonl'));
  await rm(join(root, 'README.md'));
  const again = await completes(t, root);
  t.regex(again.stdout, /^18 images in /m);
  t.false(again.stdout.includes('Making'));
  t.true(existsSync(join(root, 'README.md')));
});

test.serial('makes deleted images again, and no others', async (t) => {
  const root = join(job.folder, 'whole');
  const [lost] = await imagesBelow(root);
  await rm(join(root, lost));
  const again = await completes(t, root);
  t.regex(again.stdout, /^\S+Z 17 images already exist\./m);
});
