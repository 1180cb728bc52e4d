import { execFileSync } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { shellLine } from '../../src/submit/shell.js';
import { type SlurmArray, slurmMerge, slurmScript } from '../../src/submit/slurm.js';

const array: SlurmArray = {
  command: ['node', 'main.js', 'run', "it's a job.yaml"],
  left: [1, 4, 7, 8, 11],
  count: 12,
  tasks: 2,
  time: '08:00:00',
  cpusPerTask: 4,
  partition: 'long',
  logFolder: '/out/.wildstyle',
  workingDirectory: '/data',
};

test('the script asks for an array with requeue, and for a signal before the time limit', (t) => {
  const options = [...slurmScript(array).matchAll(/^#SBATCH (.*)$/gm)].map(([, option]) => option);
  t.deepEqual(options, [
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

test('words with anything in them reach the command as they are', (t) => {
  const words = ["it's", '$HOME', '`id`', 'a b', '"', '\\', '--set', 'recipe.steps=20', '*'];
  t.deepEqual(
    execFileSync('/bin/sh', ['-c', `printf '%s\\n' ${shellLine(words)}`], { encoding: 'utf8' }).split('\n'),
    [...words, ''],
  );
});

test('the merge depends on the success of the array', (t) => {
  t.deepEqual(slurmMerge('42', ['wildstyle', 'merge', '/out'], '/out').slice(2), [
    '--dependency=afterok:42',
    '--kill-on-invalid-dep=yes',
    '--output=/out/slurm-merge-%j.log',
    '--wrap=wildstyle merge /out',
  ]);
});

if (process.platform !== 'win32') {
  test('a task makes its shards one after the other, is requeued when a run was stopped, and fails with a run', async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'wildstyle-slurm-'));
    t.teardown(() => rm(folder, { recursive: true, force: true }));
    const log = join(folder, 'log');
    // Stands for wildstyle: notes its shard, and exits with the code in a file.
    const command = join(folder, 'command');
    await writeFile(command, `#!/bin/bash\necho "$@" >> ${log}\nexit $(cat ${folder}/code)\n`);
    await writeFile(join(folder, 'scontrol'), `#!/bin/bash\necho scontrol "$@" >> ${log}\n`);
    for (const name of ['command', 'scontrol']) await chmod(join(folder, name), 0o755);
    const script = join(folder, 'script');
    await writeFile(script, slurmScript({ ...array, command: [command, 'run'] }));
    const run = async (code: number) => {
      await writeFile(join(folder, 'code'), `${code}`);
      await rm(log, { force: true });
      const env = { PATH: `${folder}:${process.env.PATH}`, SLURM_ARRAY_TASK_ID: '1', SLURM_JOB_ID: '99' };
      let exitCode = 0;
      try {
        execFileSync('/bin/bash', [script], { env });
      } catch (error) {
        exitCode = (error as { status: number }).status;
      }
      return [exitCode, ...(await readFile(log, 'utf8')).trim().split('\n')];
    };
    t.deepEqual(await run(0), [0, 'run --shard 4/12', 'run --shard 8/12']);
    t.deepEqual(await run(75), [75, 'run --shard 4/12', 'scontrol requeue 99']);
    t.deepEqual(await run(2), [2, 'run --shard 4/12']);
  });
}
