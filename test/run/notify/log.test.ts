import { readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { wildstyle } from '../../support/command-line.js';
import { type SmallJob, smallJob } from '../../support/small-job.js';

let job: SmallJob;

test.before(async () => {
  job = await smallJob({
    content: { root: 'content', include: ['ponds/*'] },
    sampling: { stylesPerContent: 0 },
  });
  await job.put('content/ponds/bad.png', 'no image');
});
test.after.always(() => job?.remove());

const run = (...args: string[]) =>
  wildstyle(['run', job.file, ...args], { cache: job.cache, cwd: job.folder });

async function linesOf(file: string): Promise<Record<string, unknown>[]> {
  return (await readFile(join(job.folder, file), 'utf8'))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
}

test.serial('the working folder has a line of JSON for each event', async (t) => {
  t.is((await run()).exitCode, 1);
  const lines = await linesOf('out/.wildstyle/log.jsonl');
  const events = lines.map(({ event }) => event);
  t.is(events[0], 'start');
  for (const event of ['begin', 'progress', 'failed', 'finishing']) t.true(events.includes(event), event);
  t.like(lines[0], { level: 'info', job: job.file, folder: job.out });
  t.like(
    lines.find(({ event }) => event === 'failed'),
    { level: 'warn', image: 'ponds/bad.png', code: 'image-unsupported' },
  );
  t.like(lines.at(-1), {
    event: 'end',
    level: 'error',
    status: 'complete',
    items: 3,
    complete: 2,
    failed: 1,
  });
  for (const { time, pid, version } of lines) {
    t.regex(String(time), /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    t.is(typeof pid, 'number');
    t.is(typeof version, 'string');
  }
});

test.serial('another run appends; a log that has grown large moves aside', async (t) => {
  const file = join(job.folder, 'out/.wildstyle/log.jsonl');
  const before = (await linesOf('out/.wildstyle/log.jsonl')).length;
  await run();
  t.true((await linesOf('out/.wildstyle/log.jsonl')).length > before);
  await truncate(file, 11 * 2 ** 20);
  await run();
  t.is((await stat(`${file}.1`)).size, 11 * 2 ** 20);
  t.is((await linesOf('out/.wildstyle/log.jsonl'))[0]?.event, 'start');
});

test.serial('--log-file: any file; errors are in it, too', async (t) => {
  const { exitCode } = await run(
    '--log-file',
    'logs/night.jsonl',
    '--out',
    'other',
    '--set',
    'content.include=[none]',
  );
  t.is(exitCode, 2);
  t.like((await linesOf('logs/night.jsonl')).at(-1), {
    level: 'error',
    event: 'error',
    code: 'content-missing',
  });
  await writeFile(join(job.folder, 'file'), '');
  const refused = await run('--log-file', 'file/log.jsonl');
  t.is(refused.exitCode, 2);
  t.regex(refused.stderr, /^wildstyle: output-unwritable: file\/log\.jsonl: the log cannot be written: /);
});
