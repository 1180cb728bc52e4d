import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import test from 'ava';
import { lockOutput } from '../../src/dataset/lock.js';
import { outputPaths } from '../../src/dataset/output-paths.js';
import { makeDataset } from '../dataset/make-dataset.js';
import { wildstyle } from '../support/command-line.js';
import { imagesBelow } from '../support/dataset-tree.js';
import { quickest, smallJob } from '../support/small-job.js';

test('the sheet of a dataset is not replaced while a run writes to it', async (t) => {
  const root = await mkdtemp(join(tmpdir(), 'wildstyle-sheet-'));
  t.teardown(() => rm(root, { recursive: true, force: true }));
  await makeDataset(root);
  const before = await readFile(join(root, 'dataset.json'), 'utf8');
  const lock = await lockOutput(root, { startedAt: new Date() });
  const { exitCode, stderr } = await wildstyle(['sheet', root], { cache: join(root, '.cache') });
  await lock.release();
  t.is(exitCode, 75);
  t.regex(stderr, /^wildstyle: output-in-use: /);
  t.is(await readFile(join(root, 'dataset.json'), 'utf8'), before);
});

test('a pipe in the place of any file is not waited for', async (t) => {
  const job = await smallJob(quickest);
  t.teardown(job.remove);
  t.is((await wildstyle(['run', job.file], job)).exitCode, 0);
  const [image = ''] = await imagesBelow(job.out);
  const isReplaced = async (...files: string[]) => {
    for (const file of files) await rm(file);
    return promisify(execFile)('mkfifo', files).then(
      () => true,
      () => false,
    );
  };
  const images = [
    join(job.contentRoot, 'clouds/noise.png'),
    join(job.styleRoot, 'noise.png'),
    join(job.out, image),
  ];
  if (!(await isReplaced(...images))) {
    t.log('skipped: this system has no pipes in folders');
    t.pass();
    return;
  }
  t.is((await wildstyle(['sheet', job.out], job)).exitCode, 0);
  for (const file of [outputPaths(job.out).manifest, outputPaths(job.out).summary]) {
    await isReplaced(file);
    const { exitCode, stderr } = await wildstyle(['sheet', job.out], job);
    t.is(exitCode, 2);
    t.regex(stderr, /^wildstyle: dataset-invalid: /);
  }
});
