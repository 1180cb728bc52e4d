import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { parse } from 'yaml';
import {
  type NightlyArguments,
  type NightlySystem,
  nightlyText,
} from '../../src/cli/commands/schedule/print.js';
import { checkLines, checkNamedZones, checkSlurmFolders } from '../../src/cli/options/script-words.js';
import { WildstyleError } from '../../src/errors.js';
import { type SmallJob, smallJob } from '../support/small-job.js';

const nowMs = Date.parse('2026-11-27T12:00Z');
let job: SmallJob;
let pods: NightlyArguments;

test.before(async () => {
  job = await smallJob({ run: { window: '22:00-06:00' } });
  pods = { image: 'wildstyle:1', claim: 'data', mount: job.folder };
});
test.after.always(() => job?.remove());

const printed = (system: NightlySystem, args: NightlyArguments, ...files: string[]) =>
  nightlyText(system, files.length > 0 ? files : [job.file], args, nowMs);

test('options that change the job go into what is printed, in words of their own', async (t) => {
  const out = join(job.folder, 'night out');
  const logFile = join(job.folder, 'the log');
  const args: NightlyArguments = {
    set: ['content.include=[a b/*]', 'seed=9'],
    ...{ out, limit: 3, window: '20:30-08:00', maxRuntime: '2h', retryFailed: true, logFile },
  };
  const expected = [
    job.file,
    '--set',
    'content.include=[a b/*]',
    '--set',
    'seed=9',
    '--out',
    out,
    '--limit',
    '3',
  ];
  expected.push('--window', '20:30-08:00', '--max-runtime', '2h', '--log-file', logFile, '--retry-failed');
  const inShell = expected.map((word) => (word.includes(' ') ? `'${word}'` : word)).join(' ');
  const cron = await printed('cron', args);
  t.true(cron.startsWith('30 20 * * * cd '), cron);
  t.true(cron.includes(` run ${inShell} >/dev/null`), cron);
  const slurm = await printed('slurm', { ...args, cpus: 4 });
  t.true(slurm.includes(` task ${inShell}\n`), slurm);
  t.regex(slurm, /^#SBATCH --cpus-per-task=4$/m);
  const inUnit = expected.map((word) => (/[ [\]*]/.test(word) ? `"${word}"` : word)).join(' ');
  t.true((await printed('systemd', args)).includes(` run ${inUnit}\n`));
  const { maxRuntime: _, ...unlimited } = args;
  const manifest = parse(await printed('kubernetes', { ...unlimited, ...pods }));
  t.is(manifest.spec.schedule, '30 20 * * *');
  const { spec } = manifest.spec.jobTemplate;
  t.is(spec.activeDeadlineSeconds, 12.5 * 3600);
  const [container] = spec.template.spec.containers;
  const isLimit = (word: string) => ['--max-runtime', '2h'].includes(word);
  t.deepEqual(container.command, ['wildstyle', 'run', ...expected.filter((word) => !isLimit(word))]);
  t.is(container.env[0].name, 'TZ', 'the window is in the time zone of this machine');
});

test('limits that would not hold for a job that starts again are refused with a cure', async (t) => {
  const always = join(job.folder, 'always.yaml');
  await writeFile(always, (await readFile(job.file, 'utf8')).replace(/^ *"?window"?:.*\n/m, ''));
  const refusal = async (system: NightlySystem, args: NightlyArguments, ...files: string[]) => {
    const error = await t.throwsAsync(printed(system, args, ...files), { instanceOf: WildstyleError });
    return [error?.code, error?.message, error?.cure];
  };
  const window = 'Say when the job may run: --window 22:00-06:00, or run.window in its file.';
  for (const system of ['systemd', 'cron', 'slurm'] as const) {
    for (const [name, limit] of [
      ['--until', { until: '06:00' }],
      ['--max-runtime', { maxRuntime: '8h' }],
      ['--max-images', { maxImages: 9 }],
    ] as const) {
      t.deepEqual(await refusal(system, limit, always), [
        'option-invalid',
        `${name} has no effect without a window: a run that it ends is restarted at once.`,
        window,
      ]);
      t.true((await printed(system, limit)).includes(` ${name} `), 'the next window starts it again');
      t.true((await printed(system, { ...limit, window: '22:00-06:00' }, always)).includes(` ${name} `));
    }
    t.deepEqual(await refusal(system, { until: '2026-11-28 06:00' }), [
      'option-invalid',
      '--until 2026-11-28 06:00 is a single day, but the job starts more than once.',
      'Give a time of day: --until 06:00.',
    ]);
  }
  t.deepEqual(await refusal('kubernetes', { until: '06:00', ...pods }), [
    'option-invalid',
    '--until has no effect here: a run that it ends is restarted in the same window.',
    window,
  ]);
});

test('a script for sbatch begins with the window that opens first, in its own zone', async (t) => {
  const windows =
    'run.window=[{hours: 22:00-06:00, days: [fri], timeZone: America/New_York}, {hours: 12:00-13:00, timeZone: Asia/Tokyo}]';
  const script = await printed('slurm', { set: [windows] });
  const [, begin = ''] = /^#SBATCH --begin=(.*)$/m.exec(script) ?? [];
  t.is(
    new Date(begin).toISOString(),
    '2026-11-28T03:00:00.000Z',
    'sbatch reads it in the zone of this machine',
  );
  t.true(script.includes(`--set '${windows}'`), 'later starts follow all windows');
  t.notRegex(await printed('slurm', { window: 'always' }), /--begin/);
});

test('what cannot be printed is refused, and says why', async (t) => {
  const other = await job.put('other job.yaml', 'seed: 1');
  await writeFile(other, 'content: { root: content }\nstyle: { root: style }\noutput: { root: other }\n');
  const refused = async (system: NightlySystem, args: NightlyArguments, ...files: string[]) => {
    const error = await t.throwsAsync(printed(system, args, ...files), { instanceOf: WildstyleError });
    return `${error?.code}: ${error?.message} ${error?.cure}`;
  };
  const both = [job.file, other];
  t.regex(
    await refused('slurm', {}, ...both),
    /runs one job, but several were given\. Print a script for each/,
  );
  t.regex(
    await refused('cron', { out: 'x' }, ...both),
    /--out would give several jobs the same output folder/,
  );
  t.regex(await refused('cron', { maxRuntime: 'soon' }), /--max-runtime must be a duration/);
  t.regex(await refused('cron', { set: ['recipe.stepz=3'] }), /^override-invalid: /);
  t.regex(
    await refused('systemd', { set: ['seed=\n3'] }),
    /^option-invalid: A line break or another control/,
  );
  const outside = await refused('kubernetes', { ...pods, out: '/elsewhere', logFile: '/log' });
  t.regex(outside, /these paths are not: \/elsewhere, \/log\./);
  t.throws(() => checkNamedZones(['Europe/Berlin', '+05:30']), { message: /Europe\/Berlin, not \+05:30/ });
  t.throws(() => checkSlurmFolders(['/a b', '/a\\b']), {
    message: /with a backslash or a line break in its name: \/a\\b/,
  });
  t.throws(() => checkLines(['a b', 'a\tb']), { message: /cannot go into this file/ });
});

test('several jobs have units of different names', async (t) => {
  const text = await readFile(job.file, 'utf8');
  const files = await Promise.all(['the night.yaml', 'the-night.yaml'].map((name) => job.put(name, text)));
  const units = await printed('systemd', {}, ...files);
  t.deepEqual(units.match(/^# wildstyle-\S+\.service$/gm), [
    '# wildstyle-the-night.service',
    '# wildstyle-2-the-night.service',
  ]);
});
