import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import test from 'ava';
import { windowsOf } from '../../src/calendar/window.js';
import { beginMs, slurmTime, zoneToSet } from '../../src/submit/nightly/machine.js';
import { crontab, type NightlyJob, systemdUnits } from '../../src/submit/nightly/scripts.js';
import { nightlySlurm } from '../../src/submit/nightly/slurm.js';
import { calendarEvent, cronFields, openSeconds, startsOf } from '../../src/submit/nightly/starts.js';

const run = promisify(execFile);
const nowMs = Date.parse('2026-11-27T12:00Z');

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
  const lines = crontab(nightly, 'Europe/Berlin', nowMs).trimEnd().split('\n');
  t.is(lines.length, 2);
  t.true(lines[1]?.startsWith('0 * * * * case "$(TZ=UTC date +\\%u-\\%H)" in 7-00|6-00) cd / && '));
  t.true(lines[0]?.startsWith('5 22 * * * cd / && '));
  t.notRegex(lines[0] ?? '', /[^\\]%/, 'a bare percent sign would end the command');
  t.regex(crontab({ ...nightly, starts: [] }, 'UTC', nowMs), /^0 \* \* \* \* cd /);
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

test('a script for sbatch leaves every start but the first to the windows of the job', (t) => {
  const script = nightlySlurm({
    name: 'wildstyle-job',
    command: ['node', 'main.js', 'task', '/data/job.yaml', '--set', 'content.include=[a b/*]'],
    workingDirectory: '/data',
    begin: '2026-11-28T04:00:00',
    cpusPerTask: 8,
    timeZone: 'Europe/Berlin',
  });
  t.is(
    script,
    `#!/bin/bash
#SBATCH --job-name=wildstyle-job
#SBATCH --begin=2026-11-28T04:00:00
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --signal=B:TERM@60
#SBATCH --output=/data/wildstyle-job-%j.log
#SBATCH --chdir=/data
#SBATCH --cpus-per-task=8

export TZ=Europe/Berlin
exec node main.js task /data/job.yaml --set 'content.include=[a b/*]'
`,
  );
});

const abroad = windowsOf([
  { hours: '22:00-02:00', days: ['fri'], timeZone: 'America/New_York' },
  { hours: '12:00-13:00', timeZone: 'Asia/Tokyo' },
]);

test('the first start is that of the window that opens first, in the time of this machine', (t) => {
  const nowMs = Date.parse('2026-11-27T12:00Z');
  t.is(beginMs(abroad, nowMs), Date.parse('2026-11-28T03:00Z'));
  t.is(slurmTime(Date.parse('2026-11-28T03:00Z'), 'Europe/Berlin'), '2026-11-28T04:00:00');
  t.is(beginMs(abroad, Date.parse('2026-11-28T05:00Z')), undefined, 'it is open');
  t.is(beginMs(undefined, nowMs), undefined);
  t.is(zoneToSet(abroad, 'Europe/Berlin'), undefined);
  t.is(zoneToSet(abroad, 'Asia/Tokyo'), 'Asia/Tokyo');
  t.is(zoneToSet(undefined, 'Asia/Tokyo'), undefined);
});

test('a start in another zone: at each hour, cron asks what the clock there shows', async (t) => {
  const [zone] = startsOf(windowsOf({ hours: '22:05-06:00', timeZone: 'europe/berlin' }) ?? []);
  t.is(zone?.zone, 'Europe/Berlin');
  const far = startsOf(
    windowsOf([
      { hours: '22:05-06:00', days: ['sun', 'fri'], timeZone: 'Asia/Kolkata' },
      { hours: '22:05-06:00', timeZone: 'Australia/Lord_Howe' },
      { hours: '20:00-06:00', timeZone: 'UTC' },
    ]) ?? [],
  );
  const lines = crontab({ ...nightly, starts: far }, 'UTC', nowMs)
    .trimEnd()
    .split('\n');
  t.is(lines.length, 3, 'no line changes how those below it are read');
  t.true(lines[0]?.startsWith('35 * * * * case "$(TZ=Asia/Kolkata date +\\%u-\\%H)" in 7-22|5-22) cd / && '));
  t.true(lines[1]?.startsWith('5,35 * * * * case "$(TZ=Australia/Lord_Howe date +\\%H)" in 22) cd / && '));
  t.true(lines[2]?.startsWith('0 20 * * * cd / && '));
  if (process.platform === 'win32') return;
  const folder = await mkdtemp(join(tmpdir(), 'wildstyle-cron-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const saidAt = async (shown: string) => {
    await writeFile(join(folder, 'date'), `#!/bin/sh\necho ${shown}\n`, { mode: 0o755 });
    const command = (lines[0] ?? '').split(' ').slice(5).join(' ').replaceAll('\\%', '%');
    const { stdout } = await run('sh', ['-c', command.replace(' >/dev/null', '')], {
      env: { PATH: `${folder}:${process.env.PATH}` },
    });
    return stdout;
  };
  t.is(await saidAt('7-22'), `${odd}\n`);
  t.is(await saidAt('6-22'), '');
});

test('windows that touch stay open together', (t) => {
  const windows = windowsOf([
    { hours: '22:00-06:00', timeZone: 'UTC' },
    { hours: '00:00-24:00', days: ['sat', 'sun'], timeZone: 'UTC' },
  ]);
  const hours = startsOf(windows ?? []).map(
    (start) => (openSeconds(start, windows ?? [], nowMs) ?? 0) / 3600,
  );
  t.deepEqual(hours, [56, 54], 'from Friday 22:00 and Saturday 0:00 to Monday 6:00');
  const whole = windowsOf({ hours: '00:00-24:00', timeZone: 'UTC' }) ?? [];
  const [start] = startsOf(whole);
  t.is(start && openSeconds(start, whole, nowMs), undefined);
});
