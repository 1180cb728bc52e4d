import { execFileSync, spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { nightlySlurm } from '../../src/submit/nightly/slurm.js';
import { takesLogs } from '../../src/submit/sbatch.js';
import { shellLine } from '../../src/submit/shell.js';
import { type SlurmArray, slurmMerge, slurmScript } from '../../src/submit/slurm.js';

const array: SlurmArray = {
  command: ['node', 'main.js', 'task', "it's a job.yaml"],
  left: [1, 4, 7, 8, 11],
  count: 12,
  tasks: 2,
  time: '08:00:00',
  cpusPerTask: 4,
  partition: 'long',
  logFolder: '/out/.wildstyle',
  workingDirectory: '/data',
};

const optionsOf = (script: string) => [...script.matchAll(/^#SBATCH (.*)$/gm)].map(([, option]) => option);

test('the script asks for an array with requeue, and for a signal before the time limit', (t) => {
  t.deepEqual(optionsOf(slurmScript(array)), [
    '--job-name=wildstyle',
    '--array=0-1',
    '--requeue',
    '--open-mode=append',
    '--signal=B:TERM@60',
    '--output=/out/.wildstyle/slurm-%A_%a.log',
    '--chdir=/data',
    '--time=08:00:00',
    '--cpus-per-task=4',
    '--partition=long',
  ]);
});

test('a job with a window begins when it opens, in the time zone of the machine that submits it', (t) => {
  const script = slurmScript({ ...array, begin: '2026-11-27T22:00:00', timeZone: 'Europe/Berlin' });
  t.true(optionsOf(script).includes('--begin=2026-11-27T22:00:00'));
  t.regex(script, /^export TZ=Europe\/Berlin$/m);
});

test('words with anything in them reach the command as they are', (t) => {
  const words = ["it's", '$HOME', '`id`', 'a b', '"', '\\', '--set', 'recipe.steps=20', '*'];
  t.deepEqual(
    execFileSync('/bin/sh', ['-c', `printf '%s\\n' ${shellLine(words)}`], { encoding: 'utf8' }).split('\n'),
    [...words, ''],
  );
});

test('the merge depends on the success of the array', (t) => {
  t.deepEqual(slurmMerge('42', ['wildstyle', 'merge', '/100% out'], '/100% out').slice(2), [
    '--dependency=afterok:42',
    '--kill-on-invalid-dep=yes',
    '--output=/100%% out/slurm-merge-%j.log',
    "--wrap=wildstyle merge '/100% out'",
  ]);
});

const odd = `a b  c#d #e 'f' "g" $HOME \`id\` 100% %j (h); i*?[j] & ü~!`;

test('Slurm cannot write logs into some folders', (t) => {
  t.true(takesLogs(`/tmp/${odd}`));
  for (const folder of ['/a\\b', '/a\nb', '/a\tb']) t.false(takesLogs(folder), folder);
});

if (process.platform !== 'win32') {
  test('a task makes its shards, those of a task that is submitted alone are the same', async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'wildstyle-slurm-'));
    t.teardown(() => rm(folder, { recursive: true, force: true }));
    // Stands for wildstyle.
    const command = join(folder, odd);
    await writeFile(command, '#!/bin/bash\nprintf "%s\\n" "$TZ" "$@"\n', { mode: 0o755 });
    const script = join(folder, 'script');
    await writeFile(
      script,
      slurmScript({ ...array, command: [command, 'task', `${odd}.yaml`], timeZone: 'Asia/Tokyo' }),
    );
    const linesOf = (index: string, count: string) =>
      execFileSync('/bin/bash', [script], {
        env: { PATH: process.env.PATH, SLURM_ARRAY_TASK_ID: index, SLURM_ARRAY_TASK_COUNT: count },
        encoding: 'utf8',
      }).split('\n');
    const first = ['Asia/Tokyo', 'task', `${odd}.yaml`, '--shards', '1,7,11/12', ''];
    t.deepEqual(linesOf('0', '2'), first);
    t.deepEqual(linesOf('0', '1'), first);
    t.is(linesOf('1', '1')[4], '4,8/12');
  });

  test('sbatch reads folders with odd names as they are', async (t) => {
    const top = await mkdtemp(join(tmpdir(), 'wildstyle-sbatch-'));
    t.teardown(() => rm(top, { recursive: true, force: true }));
    const folder = join(top, odd);
    await mkdir(folder);
    const percents = folder.replaceAll('%', '%%');
    const scripts = {
      array: slurmScript({ ...array, logFolder: folder, workingDirectory: folder }),
      night: nightlySlurm({ name: 'wildstyle-x', command: ['true'], workingDirectory: folder }),
    };
    // There is no controller: sbatch tells what it has read, and gives up.
    const configuration = join(top, 'slurm.conf');
    const [host] = hostname().split('.');
    await writeFile(
      configuration,
      `ClusterName=x\nSlurmctldHost=${host}(127.0.0.1)\nSlurmctldPort=1\nAuthType=auth/none\nCredType=cred/none\nMessageTimeout=1\nNodeName=${host} CPUs=1\nPartitionName=x Nodes=ALL Default=YES\n`,
    );
    for (const [name, script] of Object.entries(scripts)) {
      const file = join(folder, 'script');
      await writeFile(file, script);
      execFileSync('/bin/bash', ['-n', file]);
      const { error, stderr } = spawnSync('sbatch', ['-vvv', file], {
        env: { PATH: process.env.PATH, SLURM_CONF: configuration },
        encoding: 'utf8',
      });
      if (error) {
        t.log('there is no sbatch here');
        t.true(optionsOf(script).length > 0);
        return;
      }
      const read = Object.fromEntries(
        [...stderr.matchAll(/^sbatch: (\S+) +: (.*)$/gm)].map(([, key, value]) => [key, value]),
      );
      t.is(read.chdir, folder, stderr);
      const log = name === 'array' ? 'slurm-%A_%a.log' : 'wildstyle-x-%j.log';
      t.is(read.output, `${percents}/${log}`);
      t.notRegex(stderr, /Invalid directive/);
    }
  });
}
