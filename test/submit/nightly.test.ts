import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import test from 'ava';
import { windowsOf } from '../../src/calendar/window.js';
import { crontab, type NightlyJob, nightlySlurm, systemdUnits } from '../../src/submit/nightly/scripts.js';
import { calendarEvent, cronFields, startsOf } from '../../src/submit/nightly/starts.js';

const run = promisify(execFile);

const starts = startsOf(
  windowsOf([
    { hours: '22:05-06:00', timeZone: 'Europe/Berlin' },
    { hours: '00:00-24:00', days: ['sat', 'sun'], timeZone: 'UTC' },
    { hours: '22:05-07:00', timeZone: 'Europe/Berlin' },
  ]) ?? [],
);
const odd = `it's 100% "odd" $HOME; touch x \\`;
const nightly: NightlyJob = {
  name: 'wildstyle-job',
  command: [process.execPath, '-e', 'console.log(process.argv[1])', odd],
  workingDirectory: '/',
  starts,
};

test('windows open at times that cron and systemd can say', (t) => {
  t.deepEqual(starts.map(cronFields), ['5 22 * * *', '0 0 * * 0,6']);
  t.deepEqual(starts.map(calendarEvent), ['*-*-* 22:05:00 Europe/Berlin', 'Sun,Sat *-*-* 00:00:00 UTC']);
});

test('lines for a crontab', async (t) => {
  const lines = crontab(nightly, 'Europe/Berlin').trimEnd().split('\n');
  t.is(lines.length, 3);
  t.is(lines[1], 'CRON_TZ=UTC');
  t.true(lines[0]?.startsWith('5 22 * * * cd / && '));
  t.notRegex(lines[0] ?? '', /[^\\]%/, 'a bare percent sign would end the command');
  t.regex(crontab({ ...nightly, starts: [] }, 'UTC'), /^0 \* \* \* \* cd /);
  if (process.platform === 'win32') return;
  // What cron makes of it.
  const command = (lines[0] ?? '')
    .split(' ')
    .slice(5)
    .join(' ')
    .replaceAll('\\%', '%')
    .replace(' >/dev/null', '');
  t.is((await run('sh', ['-c', command])).stdout, `${odd}\n`);
});

test('units of systemd', async (t) => {
  const text = systemdUnits(nightly);
  t.regex(text, /^OnCalendar=\*-\*-\* 22:05:00 Europe\/Berlin\nOnCalendar=Sun,Sat \*-\*-\* 00:00:00 UTC$/m);
  t.regex(text, /^SuccessExitStatus=75$/m);
  t.true(text.includes(`"it's 100%% \\"odd\\" $$HOME; touch x \\\\"`), text);
  const folder = await mkdtemp(join(tmpdir(), 'wildstyle-units-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const files: string[] = [];
  for (const part of text.split(/^# (?=\S+\.(?:service|timer)$)/m).slice(1)) {
    const [name = '', ...lines] = part.split('\n');
    files.push(join(folder, name));
    await writeFile(join(folder, name), lines.join('\n'));
  }
  t.is(files.length, 2);
  try {
    await run('systemd-analyze', ['--version']);
  } catch {
    t.log('there is no systemd here');
    return;
  }
  const { stderr } = await run('systemd-analyze', ['verify', ...files]);
  t.deepEqual(
    stderr.split('\n').filter((line) => line.includes('wildstyle')),
    [],
  );
  for (const start of starts)
    await t.notThrowsAsync(run('systemd-analyze', ['calendar', calendarEvent(start)]));
});

test('a script for sbatch submits itself for the next night while something is left', async (t) => {
  if (process.platform === 'win32') {
    t.pass();
    return;
  }
  const folder = await mkdtemp(join(tmpdir(), 'wildstyle-sbatch-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, 'sbatch'), '#!/bin/sh\necho sbatch "$@"\n', { mode: 0o755 });
  for (const [code, said] of [
    [75, /^sbatch --begin=22:05 .*night\.sh\n$/],
    [0, /^$/],
    [2, /^$/],
  ] as const) {
    const script = nightlySlurm({ ...nightly, command: [process.execPath, '-e', `process.exit(${code})`] });
    t.regex(script, /^#SBATCH --begin=22:05$/m);
    const file = join(folder, 'night.sh');
    await writeFile(file, script);
    const { stdout } = await run('bash', [file], {
      env: { ...process.env, PATH: `${folder}:${process.env.PATH}` },
    }).catch((error: { code: number; stdout: string }) => {
      t.is(error.code, code);
      return error;
    });
    t.regex(stdout, said);
  }
});
