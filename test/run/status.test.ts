import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { outputPaths } from '../../src/dataset/output-paths.js';
import { startWildstyle, until, wildstyle } from '../support/command-line.js';
import { imagesBelow } from '../support/dataset-tree.js';
import { type SmallJob, smallCounts, smallJob } from '../support/small-job.js';

let job: SmallJob;

test.before(async () => {
  job = await smallJob({ recipe: { steps: 300 }, run: { workers: 2, threads: 1, batch: 1, maxFailures: 9 } });
  await job.put('content/ponds/bad.png', 'no image');
});
test.after.always(() => job?.remove());

async function statusOf(root: string) {
  const { exitCode, stdout, stderr } = await wildstyle(['status', root, '--json'], job);
  return exitCode === 0 ? JSON.parse(stdout) : { exitCode, stderr };
}

test.serial('status follows a run: workers, rate, failures; then how it ended', async (t) => {
  const root = job.out;
  const none = await statusOf(root);
  t.is(none.exitCode, 2);
  t.regex(none.stderr, /dataset-invalid: .*out has no dataset\.json/);
  const going = startWildstyle(['run', job.file], job);
  const running = await until('three images in the status', async () => {
    const status = await statusOf(root);
    return status.complete >= 3 && status.state === 'running' ? status : undefined;
  });
  t.is(running.items, smallCounts.items + 3);
  t.is(running.complete + running.failed + running.pending, running.items);
  t.is(running.run.pid, going.pid);
  t.is(running.run.workers.length, 2);
  t.true(running.run.workers.every(({ pid }: { pid: number }) => pid > 0));
  t.true(running.run.itemsPerMinute > 0);
  t.true(running.run.stylizedPerMinute <= running.run.itemsPerMinute);
  t.true(running.run.doneSteps > 0 && running.run.doneSteps < running.run.totalSteps);
  t.true(running.run.workersBusy > 0 && running.run.workersBusy <= 1);
  const { stdout: text } = await wildstyle(['status', root], job);
  t.regex(text, /^Steps {4}\d+ of \d+ of this run \(\d+%\)\nRate .* stylized images per minute/m);
  t.regex(text, /^Workers .*; busy \d+% of the time$/m);
  if (process.platform !== 'win32') {
    going.process.kill('SIGUSR2');
    await until('the answer to SIGUSR2', () =>
      /^\S+Z \d+% \| \d+\/\d+ steps \| \d+\/21 images.*\/min/m.test(going.written()),
    );
  }
  going.process.kill('SIGTERM');
  t.is((await going.ended).exitCode, 75);
  const stopped = await statusOf(root);
  t.like(stopped, {
    state: 'stopped',
    complete: (await imagesBelow(root)).length,
    run: { stoppedBy: 'signal' },
  });
  const again = startWildstyle(['run', job.file], job);
  const watched = await wildstyle(['status', root, '--watch', '--json'], job);
  t.is((await again.ended).exitCode, 0);
  t.true(watched.stdout.trim().split('\n').length >= 1);
  const complete = await statusOf(root);
  t.like(complete, { state: 'complete', complete: smallCounts.items, failed: 3, pending: 0 });
  t.deepEqual(complete.errors, { 'image-unsupported': 3 });
  const { stdout } = await wildstyle(['status', root], { ...job, cwd: job.folder });
  t.regex(
    stdout,
    /^out: complete\nImages {3}18 of 21 done, 0 left, 3 failed \(3 image-unsupported\)\nRun {6}ended .+ after /,
  );
});

test.serial('a run that was killed is interrupted, until the next one', async (t) => {
  const root = join(job.folder, 'killed');
  const going = startWildstyle(['run', job.file, '--out', root], job);
  await until('two images', async () => (await imagesBelow(root)).length >= 2);
  going.process.kill('SIGKILL');
  await going.ended;
  t.like(await statusOf(root), { state: 'interrupted' });
  const again = await wildstyle(['run', job.file, '--out', root], job);
  t.is(again.exitCode, 0, again.stderr);
  t.like(await statusOf(root), { state: 'complete', pending: 0 });
});

test.serial('without working files, the status is that of dataset.json', async (t) => {
  await rm(outputPaths(job.out).workFolder, { recursive: true });
  const status = await statusOf(job.out);
  t.like(status, { state: 'complete', complete: smallCounts.items, failed: 3 });
  t.false('run' in status);
});
