/**
 * `npm run cluster:slurm`: runs a job as an array on a real Slurm of one machine, with a time limit that is too short, and
 * compares the result with a run without shards; then the script of `schedule --slurm`, outside of the window of its job. The
 * folders have names that scripts must quote. Needs Debian's `slurm-wlm`. Starts slurmctld and slurmd on 127.0.0.1 and
 * stops both. Takes several minutes: Slurm waits two minutes before it starts a requeued task again.
 * @module
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { readManifest } from '../../src/dataset/ledger/manifest.js';
import type { StylizedRecord } from '../../src/dataset/ledger/record.js';
import { isStylized } from '../../src/dataset/ledger/record-kinds.js';
import { startWildstyle } from '../../test/support/command-line.js';
import { treeOf } from '../../test/support/dataset-tree.js';
import { smallJob } from '../../test/support/small-job.js';

const mainFile = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url));
const { values } = parseArgs({
  options: { steps: { type: 'string' }, minutes: { type: 'string', default: '25' } },
});
/** Slurm warns a minute before the limit of two, and an image must end within that minute. A shard has four or five. */
const imageMs = 20_000;

const job = await smallJob({ recipe: { steps: Number(values.steps ?? (await stepsFor(imageMs))) } });
const slurmFolder = join(job.folder, 'slurm');
const environment = {
  ...process.env,
  XDG_CACHE_HOME: job.cache,
  SLURM_CONF: join(slurmFolder, 'slurm.conf'),
};
const out = join(job.folder, 'the output #1, 100%');
const daemons: ChildProcess[] = [];

try {
  await startSlurm();
  const whole = join(job.folder, 'whole');
  const slurmOptions = ['--to', 'slurm', '--shards', '4', '--time', '2'];
  console.error(await wildstyle('submit', job.file, ...slurmOptions, '--out', out));
  // In the meantime, the same without shards.
  const alone = wildstyle('run', job.file, '--out', whole);
  await untilQueueIsEmpty();
  await alone;
  const logs = await logsOf(join(out, '.wildstyle'));
  const expected = await treeOf(whole);
  const merged = existsSync(join(out, 'dataset.json')) ? await treeOf(out) : undefined;
  const figures = {
    shards: 4,
    requeues: (logs.match(/^Unfinished\. Starts again/gm) ?? []).length,
    signals: (logs.match(/^\S+Z Stopping: finishing the images in progress/gm) ?? []).length,
    merged: merged !== undefined,
    treeEqual: JSON.stringify(merged?.files) === JSON.stringify(expected.files),
    resultEqual: merged?.resultDigest === expected.resultDigest,
    ...(await nightFigures(expected.resultDigest)),
  };
  console.log(JSON.stringify(figures));
  const isShown = figures.signals > 0 && figures.requeues > 0;
  if (!isShown) console.error('The time limit was not too short. Give more --steps.');
  if (!isShown || !figures.treeEqual || !figures.resultEqual || !figures.nightWaited || !figures.nightEqual) {
    console.error(logs);
    process.exitCode = 1;
  }
} finally {
  for (const daemon of daemons) await stop(daemon);
  await job.remove();
}

async function untilQueueIsEmpty(): Promise<void> {
  const deadline = Date.now() + Number(values.minutes) * 60_000;
  let queue = '';
  while (Date.now() < deadline) {
    const now = slurm('squeue', '--noheader', '--format=%F_%a %T %r %S %k');
    if (now !== queue) console.error(`${new Date().toISOString()}\n${now}`);
    queue = now;
    if (now.trim() === '') return;
    await sleep(2000);
  }
}

/** Starts the script of a job three minutes before its window opens: it goes back into the queue until then. */
async function nightFigures(digest: string) {
  const night = join(job.folder, 'the night #1');
  const opensMs = Math.ceil(Date.now() / 60_000 + 2) * 60_000;
  const [from, to] = [opensMs, opensMs + 12 * 3_600_000].map((ms) => new Date(ms).toTimeString().slice(0, 5));
  const script = await wildstyle(
    'schedule',
    job.file,
    '--slurm',
    '--out',
    night,
    '--window',
    `${from}-${to}`,
  );
  const file = join(job.folder, 'the night.sh');
  // As if it were submitted on another day.
  await writeFile(file, script.replace(/^#SBATCH --begin=.*\n/m, ''));
  slurm('sbatch', file);
  await untilQueueIsEmpty();
  const isMade = existsSync(join(night, 'dataset.json'));
  const [first] = isMade ? await logOf(join(night, '.wildstyle/log.jsonl')) : [];
  return {
    nightWaited: Date.parse(first?.time ?? '') >= opensMs,
    nightEqual: isMade && (await treeOf(night)).resultDigest === digest,
  };
}

/** The events that made images. */
async function logOf(file: string): Promise<{ readonly event: string; readonly time: string }[]> {
  const lines = (await readFile(file, 'utf8')).trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line)).filter(({ event }) => event === 'begin');
}

/** The steps that take so long on this machine. */
async function stepsFor(ms: number): Promise<number> {
  const trial = await smallJob({ recipe: { steps: 300 } });
  try {
    const { ended } = startWildstyle(['run', trial.file, '--limit', '6'], trial);
    const { exitCode, stderr } = await ended;
    if (exitCode !== 0) throw new Error(stderr);
    const { elapsedMs, applied } = (await readManifest(trial.out)).find(isStylized) as StylizedRecord;
    return Math.ceil((ms * Number(applied.steps)) / elapsedMs);
  } finally {
    await trial.remove();
  }
}

async function startSlurm(): Promise<void> {
  await mkdir(join(slurmFolder, 'state'), { recursive: true });
  await mkdir(join(slurmFolder, 'spool'), { recursive: true });
  const [host] = hostname().split('.');
  await writeFile(
    environment.SLURM_CONF,
    `ClusterName=wildstyle
SlurmctldHost=${host}(127.0.0.1)
SlurmctldPort=26817
SlurmdPort=26818
AuthType=auth/none
CredType=cred/none
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
MpiDefault=none
SlurmUser=root
SlurmdUser=root
JobRequeue=1
ReturnToService=2
StateSaveLocation=${slurmFolder}/state
SlurmdSpoolDir=${slurmFolder}/spool
SlurmctldPidFile=${slurmFolder}/slurmctld.pid
SlurmdPidFile=${slurmFolder}/slurmd.pid
SlurmctldLogFile=${slurmFolder}/slurmctld.log
SlurmdLogFile=${slurmFolder}/slurmd.log
NodeName=${host} NodeAddr=127.0.0.1 CPUs=2 State=UNKNOWN
PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE State=UP
`,
  );
  for (const [name, ...args] of [
    ['slurmctld', '-D', '-c'],
    ['slurmd', '-D', '-N', host, '-c'],
  ] as const)
    daemons.push(spawn(name, args, { env: environment, stdio: 'ignore' }));
  for (let tries = 0; tries < 120; tries++) {
    if (/idle/.test(attempt(() => slurm('sinfo', '--noheader', '--format=%T')))) return;
    await sleep(500);
  }
  const log = await readFile(join(slurmFolder, 'slurmd.log'), 'utf8').catch(() => '');
  throw new Error(`Slurm does not start. ${log.slice(-2000)}`);
}

function slurm(name: string, ...args: string[]): string {
  return execFileSync(name, args, {
    env: environment,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
}

function attempt(work: () => string): string {
  try {
    return work();
  } catch {
    return '';
  }
}

async function wildstyle(...args: string[]): Promise<string> {
  const child = spawn(process.execPath, [mainFile, ...args], {
    env: environment,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (part: string) => {
    text += part;
  });
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`wildstyle ${args[0]} ended with ${code}`);
  return text;
}

async function logsOf(folder: string): Promise<string> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.log')).sort();
  const texts = names.map(async (name) => `== ${name}\n${await readFile(join(folder, name), 'utf8')}`);
  return (await Promise.all(texts)).join('\n');
}

async function stop(daemon: ChildProcess): Promise<void> {
  if (daemon.exitCode !== null || daemon.signalCode !== null) return;
  const ended = once(daemon, 'exit');
  daemon.kill('SIGTERM');
  const killed = setTimeout(() => daemon.kill('SIGKILL'), 10_000);
  await ended;
  clearTimeout(killed);
}
