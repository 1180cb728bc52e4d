import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, openSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { mainFile, startWildstyle, until, wildstyle } from '../support/command-line.js';
import { imagesBelow, summaryOf } from '../support/dataset-tree.js';
import { type SmallJob, smallJob } from '../support/small-job.js';
import { onTerminal } from '../support/terminal.js';

let job: SmallJob;

test.before(async () => {
  job = await smallJob({ recipe: { steps: 30 } });
});
test.after.always(() => job?.remove());

const control = String.fromCharCode(27);
const [hidden, shown] = [`${control}[?25l`, `${control}[?25h`];

test.serial('to a file: whole lines, no control characters, nothing on stderr', async (t) => {
  const { exitCode, stdout, stderr } = await wildstyle(
    ['run', job.file, '--out', join(job.folder, 'plain')],
    {
      cache: job.cache,
      cwd: job.folder,
    },
  );
  t.is(exitCode, 0);
  t.is(stderr, '', 'no banner, no warning');
  const lines = stdout.split('\n');
  t.is(lines.pop(), '');
  t.regex(
    lines.shift() ?? '',
    /^\S+Z Making 12 stylized images and 6 originals with 1 worker, 1 thread each\.$/,
  );
  t.regex(lines.shift() ?? '', /^\S+Z Measuring a few steps \.\.\.$/, 'no step time is cached yet');
  t.regex(lines.shift() ?? '', /^\S+Z Estimate: (about \d+ s|less than a second) and [\d.]+ MB\.$/);
  t.is(lines.pop(), 'Report: plain/report.html');
  t.is(lines.pop(), 'Contact sheet: plain/contact-sheet.png');
  t.regex(lines.pop() ?? '', /^Time: /);
  t.is(lines.pop(), '18 images in plain: 12 stylized, 6 originals.');
  for (const line of lines)
    t.regex(line, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ \d+% \| \d+\/\d+ steps \| \d+\/18 images \| .*\/min \| /);
  t.false(stdout.includes(control) || stdout.includes('\r'));
  const again = await wildstyle(['run', job.file, '--out', join(job.folder, 'again')], {
    cache: job.cache,
    cwd: job.folder,
  });
  t.regex(again.stdout.split('\n')[1], /^\S+Z Estimate: (about \d+ s|less than a second) and [\d.]+ MB\.$/);
});

test.serial('on a terminal: draws and clears a bar, and restores the cursor', async (t) => {
  const ended = await onTerminal(t, ['run', job.file, '--out', join(job.folder, 'drawn')], job);
  if (!ended) {
    t.pass();
    return;
  }
  const { exitCode, output } = ended;
  t.is(exitCode, 0, output);
  t.regex(output, /[█░]{8,28} \d+% \| \d+\/\d+ steps \| \d+\/18 images \| /);
  t.true(output.includes(hidden));
  t.true(output.lastIndexOf(shown) > output.lastIndexOf(hidden), 'the cursor is shown again');
  t.regex(output, /18 images in .*: 12 stylized, 6 originals\.\r\n/);
});

test.serial('Ctrl-C on a terminal drains the run, although it also reaches the workers', async (t) => {
  const root = join(job.folder, 'stopped');
  const ended = await onTerminal(t, ['run', job.file, '--out', root, '--workers', '2'], job, async (key) => {
    await until('two images', async () => (await imagesBelow(root)).length >= 2);
    key('\u0003');
  });
  if (!ended) {
    t.pass();
    return;
  }
  const { exitCode, output } = ended;
  t.is(exitCode, 75, output);
  t.regex(output, /Stopping: finishing the images in progress\./);
  t.true(output.lastIndexOf(shown) > output.lastIndexOf(hidden));
  const { counts } = await summaryOf(root);
  t.is(counts.failed, 0);
  t.is(counts.complete, (await imagesBelow(root)).length);
  t.true(counts.pending > 0);
});

test.serial('the run continues if its output is no longer read', async (t) => {
  const root = join(job.folder, 'unread');
  const going = startWildstyle(['run', job.file, '--out', root], job);
  going.process.stdout?.destroy();
  const { exitCode, stderr } = await going.ended;
  t.is(stderr, '');
  t.is(exitCode, 0);
  t.is((await summaryOf(root)).status, 'complete');
});

test.serial('a command whose output cannot be written finishes with an error', async (t) => {
  if (!existsSync('/dev/full')) {
    t.log('this machine does not have /dev/full');
    t.pass();
    return;
  }
  const full = openSync('/dev/full', 'w');
  const { status, stderr } = spawnSync(process.execPath, [mainFile, 'plan', job.file, '--json'], {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, XDG_CACHE_HOME: job.cache },
    stdio: ['ignore', full, 'pipe'],
    encoding: 'utf8',
  });
  closeSync(full);
  t.regex(stderr, /^wildstyle: output-unwritable: Cannot write to standard output: ENOSPC.*\.\n$/);
  t.is(status, 1);
});

test.serial('file names cannot send control characters to the terminal', async (t) => {
  const name = `red${control}[31m.jpg`;
  await job.put(`content/ponds/${name}`, 'no image');
  const root = join(job.folder, 'named');
  const { stdout } = await wildstyle(['run', job.file, '--out', root, '--set', 'recipe.steps=1'], job);
  t.regex(stdout, /^\S+Z failed: ponds\/red\ufffd\[31m\.jpg: /m);
  t.false(stdout.includes(control));
});
