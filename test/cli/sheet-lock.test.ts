import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { lockOutput } from '../../src/dataset/lock.js';
import { makeDataset } from '../dataset/make-dataset.js';
import { wildstyle } from '../support/command-line.js';

test('the sheet of a dataset is not replaced while a run writes to it', async (t) => {
  const root = await mkdtemp(join(tmpdir(), 'wildstyle-sheet-'));
  t.teardown(() => rm(root, { recursive: true, force: true }));
  await makeDataset(root);
  const before = await readFile(join(root, 'dataset.json'), 'utf8');
  const lock = await lockOutput(root, { startedAt: new Date() });
  const { exitCode, stderr } = await wildstyle(['sheet', root], { cache: join(root, '.cache') });
  await lock.release();
  t.is(exitCode, 2);
  t.regex(stderr, /^wildstyle: output-in-use: /);
  t.is(await readFile(join(root, 'dataset.json'), 'utf8'), before);
});
