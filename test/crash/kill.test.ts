/**
 * Kills real processes at their n-th write operation, main process and workers. By default, at a few operations; with
 * WILDSTYLE_SWEEP=whole (`npm run sweep`), at each.
 */
import { existsSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { verifyDataset } from '../../src/dataset/verify/verify.js';
import { wildstyle } from '../support/command-line.js';
import { imageDigests, type Tree, treeOf } from '../support/dataset-tree.js';
import { type SmallJob, smallJob } from '../support/small-job.js';

const isWhole = process.env.WILDSTYLE_SWEEP === 'whole';
const faults = new URL('./support/inject-fault.js', import.meta.url).href;

let job: SmallJob;
let whole: Tree;

test.before(async () => {
  job = await smallJob({
    content: { root: 'content', include: ['ponds/*'] },
    sampling: { stylesPerContent: 1, keepOriginals: true },
    recipe: { steps: 1 },
  });
  const root = join(job.folder, 'whole');
  const { exitCode, stderr } = await wildstyle(['run', job.file, '--out', root], job);
  if (exitCode !== 0) throw new Error(stderr);
  whole = await treeOf(root);
});
test.after.always(() => job?.remove());

/** Runs with a process that is killed at an operation. @returns the number of operations, if it survived */
async function runUntil(role: 'main' | 'worker', at: number, root: string) {
  const note = join(job.folder, 'fault.json');
  await rm(note, { force: true });
  const ended = await wildstyle(['run', job.file, '--out', root], {
    ...job,
    variables: { NODE_OPTIONS: `--import=${faults}`, WILDSTYLE_FAULT: JSON.stringify({ role, at, note }) },
  });
  const killed = existsSync(note) && (await readFile(note, 'utf8'));
  return { ...ended, killed };
}

for (const role of ['main', 'worker'] as const) {
  test.serial(
    `${role}: killed at any write operation, the next run ends with the same dataset`,
    async (t) => {
      t.timeout(3_600_000);
      const root = join(job.folder, 'out');
      // Early, in the middle, and while the dataset is finished; later ones are in the whole form.
      const points = role === 'main' ? [3, 17, 30, 45, 60] : [4, 11];
      for (let at = 1, index = 0; ; at++, index++) {
        if (!isWhole) {
          if (index >= points.length) break;
          at = points[index];
        }
        await rm(root, { recursive: true, force: true });
        const first = await runUntil(role, at, root);
        const what = `${role} at ${at}: ${first.killed}`;
        if (!first.killed) {
          t.is(first.exitCode, 0, what);
          if (isWhole) break;
          continue;
        }
        // A run goes on without a worker that was killed.
        t.is(first.exitCode, role === 'main' ? null : 0, `${what}: ${first.stderr}`);
        for (const [file, digest] of Object.entries(await imageDigests(root)))
          t.is(digest, whole.files[file], `${what}: ${file} is whole`);
        const second = await wildstyle(['run', job.file, '--out', root], job);
        t.is(second.exitCode, 0, `${what}: ${second.stderr}`);
        const tree = await treeOf(root);
        t.deepEqual(tree.files, whole.files, what);
        t.is(tree.resultDigest, whole.resultDigest, what);
        t.deepEqual((await verifyDataset(root)).problems, [], what);
      }
    },
  );
}
