import { existsSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { parse, stringify } from 'yaml';
import { WildstyleError } from '../../../src/errors.js';
import { loadJob } from '../../../src/job/load.js';
import { type HookEnvironment, hookEnvironment, hookOf, runHook } from '../../../src/run/notify/hooks.js';
import { wildstyle } from '../../support/command-line.js';
import { type SmallJob, smallJob } from '../../support/small-job.js';

let job: SmallJob;
/** Writes its environment to a file. */
const script = `
const facts = Object.entries(process.env).filter(([name]) => name.startsWith('WILDSTYLE_'));
require('node:fs').writeFileSync('told.json', JSON.stringify(Object.fromEntries(facts)));
`;

test.before(async () => {
  job = await smallJob({
    content: { root: 'content', include: ['ponds/*'] },
    sampling: { stylesPerContent: 0 },
  });
  const tell = [process.execPath, await job.put('tell.cjs', script)];
  const plain = parse(await readFile(job.file, 'utf8'));
  await job.put(
    'job.yaml',
    stringify({ ...plain, run: { ...plain.run, onComplete: tell, onFailure: tell } }),
  );
});
test.after.always(() => job?.remove());

const run = (...args: string[]) =>
  wildstyle(['run', job.file, ...args], { cache: job.cache, cwd: job.folder });

async function told(): Promise<HookEnvironment | undefined> {
  const file = join(job.folder, 'told.json');
  if (!existsSync(file)) return undefined;
  const facts = JSON.parse(await readFile(file, 'utf8'));
  await rm(file);
  return facts;
}

test.serial('onComplete is told about the dataset, once; a run that is stopped tells nobody', async (t) => {
  const stopped = await run('--max-images', '1');
  t.is(stopped.exitCode, 75, stopped.stderr);
  t.is(await told(), undefined);
  t.is((await run()).exitCode, 0);
  const facts = await told();
  t.like(facts, {
    WILDSTYLE_EVENT: 'complete',
    WILDSTYLE_JOB: job.file,
    WILDSTYLE_FOLDER: job.out,
    WILDSTYLE_EXIT_CODE: '0',
    WILDSTYLE_ITEMS: '2',
    WILDSTYLE_COMPLETE: '2',
    WILDSTYLE_FAILED: '0',
    WILDSTYLE_PENDING: '0',
    WILDSTYLE_SHARD: '',
    WILDSTYLE_ERROR_CODE: '',
  });
  t.is((await run()).exitCode, 0);
  t.is(await told(), undefined, 'nothing was made');
});

test.serial(
  'onFailure is told about too many failures, and about errors before the first image',
  async (t) => {
    await job.put('content/ponds/$(touch injected) `touch injected`;.png', 'no image');
    const failed = await run('--out', 'failed');
    t.is(failed.exitCode, 1, failed.stderr);
    t.like(await told(), { WILDSTYLE_EVENT: 'failure', WILDSTYLE_EXIT_CODE: '1', WILDSTYLE_FAILED: '1' });
    t.is((await run('--set', 'content.labels.csv=none')).exitCode, 2);
    t.is(await told(), undefined, 'a job that cannot be read has no commands');
    const missing = await run('--out', 'missing', '--set', 'content.include=[nothing]');
    t.is(missing.exitCode, 2);
    t.like(await told(), {
      WILDSTYLE_EVENT: 'failure',
      WILDSTYLE_EXIT_CODE: '2',
      WILDSTYLE_ERROR_CODE: 'content-missing',
    });
    t.false(existsSync(join(job.folder, 'injected')));
  },
);

test.serial('a command of the shell gets facts in its environment, and none in its text', async (t) => {
  const loaded = await loadJob(job.file, {
    overrides: [
      `run.onFailure=${process.platform === 'win32' ? 'exit 3' : 'test "$WILDSTYLE_ERROR_MESSAGE" = "\\$(touch injected)" && exit 3'}`,
    ],
  });
  const error = new WildstyleError('disk-full', '$(touch injected)');
  t.is(await runHook(loaded, { error }), 'run.onFailure ended with exit code 3.');
  t.false(existsSync(join(job.folder, 'injected')));
});

test.serial('a command that does not exist or fails is reported, and changes nothing', async (t) => {
  const { exitCode, stderr } = await run(
    '--out',
    'other',
    '--set',
    'content.include=[ponds/r*]',
    '--set',
    'run.onComplete=[no-such-program]',
  );
  t.is(exitCode, 0);
  t.regex(stderr, /^wildstyle: run\.onComplete could not start: .*ENOENT\n$/);
});

test('which command is called, and control characters', async (t) => {
  t.is(hookOf({ error: new WildstyleError('outside-window', '') }), undefined);
  t.is(hookOf({ error: new WildstyleError('lock-lost', '') }), 'onFailure');
  const loaded = await loadJob(job.file);
  const error = new WildstyleError('image-corrupt', 'a\0b\u001b[2J');
  const facts = hookEnvironment(loaded, { error }, { index: 1, count: 3 });
  t.is(facts.WILDSTYLE_ERROR_MESSAGE, 'a\ufffdb\ufffd[2J');
  t.is(facts.WILDSTYLE_SHARD, '1/3');
  t.is(facts.WILDSTYLE_ITEMS, '');
});
