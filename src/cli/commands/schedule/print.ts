/** What makes a system run jobs in their windows, as text. @module */
import { basename, dirname, resolve } from 'node:path';
import { stringify } from 'yaml';
import { type Window, windowsOf } from '../../../calendar/window.js';
import { localZone } from '../../../calendar/zone.js';
import { WildstyleError } from '../../../errors.js';
import { loadJob } from '../../../job/load.js';
import type { Job } from '../../../job/schema.js';
import { jobFiles } from '../../../run/schedule/scan.js';
import { nightlyJob, singleJob } from '../../../submit/kubernetes.js';
import { beginMs, slurmTime, zoneToSet } from '../../../submit/nightly/machine.js';
import { crontab, type NightlyJob, systemdUnits } from '../../../submit/nightly/scripts.js';
import { nightlySlurm } from '../../../submit/nightly/slurm.js';
import { type Start, startsOf } from '../../../submit/nightly/starts.js';
import {
  type KubernetesArguments,
  kubernetesSettings,
  kubernetesStarts,
  pathsOf,
} from '../../options/kubernetes-options.js';
import { checkRepeatedLimits } from '../../options/limit-options.js';
import { type OverrideArguments, overridesOf } from '../../options/options.js';
import { type RunOptionArguments, runArguments } from '../../options/run-options.js';
import { checkLines, checkNamedZones, checkSlurmFolders } from '../../options/script-words.js';
import { wholeNumber } from '../submit/arguments.js';

/** The systems that can run jobs. */
export const nightlySystems = ['systemd', 'cron', 'slurm', 'kubernetes'] as const;
export type NightlySystem = (typeof nightlySystems)[number];

/** The options that go into what is printed. */
export type NightlyArguments = KubernetesArguments & OverrideArguments & RunOptionArguments;

/** What the text of a job is made from. */
interface Night {
  readonly job: Job;
  /** Differs between the jobs. */
  readonly name: string;
  readonly windows: readonly Window[] | undefined;
  /** The options of the run. */
  readonly options: readonly string[];
  readonly nowMs: number;
}

/** Returns the text for all jobs. @throws as `loadJob`; `option-invalid` */
export async function nightlyText(
  system: NightlySystem,
  places: readonly string[],
  args: NightlyArguments,
  nowMs: number,
): Promise<string> {
  const files = await jobFiles(places);
  if (files.length > 1) refuseForMany(system, args);
  const options = runArguments(args, nowMs);
  const jobs = await Promise.all(
    files.map((file) => loadJob(file, { overrides: overridesOf(args, resolve) })),
  );
  const names = namesOf(files);
  return jobs
    .map((job, index) => {
      const windows = windowsOf(job.run.window);
      checkRepeatedLimits(args, { hasWindow: windows !== undefined, isRetried: system === 'kubernetes' });
      return textOf(system, { job, name: names[index], windows, options, nowMs }, args);
    })
    .join(system === 'kubernetes' ? '---\n' : '\n');
}

function refuseForMany(system: NightlySystem, { out }: NightlyArguments): void {
  if (system === 'slurm')
    throw new WildstyleError('option-invalid', 'A script for sbatch runs one job, but several were given.', {
      cure: 'Print a script for each.',
    });
  if (out !== undefined)
    throw new WildstyleError('option-invalid', '--out would give several jobs the same output folder.', {
      cure: 'Give one job.',
    });
}

function textOf(system: NightlySystem, night: Night, args: NightlyArguments): string {
  const { job, name, windows, options, nowMs } = night;
  const starts = startsOf(windows ?? []);
  if (system === 'slurm') return slurmText(night, args);
  checkNamedZones(starts.map(({ zone }) => zone));
  if (system === 'kubernetes') return kubernetesText(night, starts, args);
  const nightly: NightlyJob = {
    name: `wildstyle-${name}`,
    command: [process.execPath, process.argv[1], 'run', job.file, ...options],
    workingDirectory: dirname(job.file),
    starts,
  };
  checkLines([nightly.workingDirectory, ...nightly.command]);
  return system === 'systemd' ? systemdUnits(nightly) : crontab(nightly, localZone(), nowMs);
}

function slurmText({ job, name, windows, options, nowMs }: Night, { cpus }: NightlyArguments): string {
  const workingDirectory = dirname(job.file);
  checkSlurmFolders([workingDirectory]);
  const atMs = beginMs(windows, nowMs);
  return nightlySlurm({
    name: `wildstyle-${name}`,
    command: [process.execPath, process.argv[1], 'task', job.file, ...options],
    workingDirectory,
    begin: atMs === undefined ? undefined : slurmTime(atMs, localZone()),
    cpusPerTask: cpus === undefined ? undefined : wholeNumber('cpus', cpus, 4096),
    timeZone: zoneToSet(windows, localZone()),
  });
}

function kubernetesText(night: Night, starts: readonly Start[], args: NightlyArguments): string {
  const { job, name, windows, options, nowMs } = night;
  const settings = {
    ...kubernetesSettings(args, `${name}.yaml`, pathsOf(job, args)),
    timeZone: zoneToSet(windows, localZone()),
    command: ['wildstyle', 'run', job.file, ...options],
  };
  if (!windows) return stringify(singleJob(settings));
  return kubernetesStarts(starts, windows, nowMs)
    .map((start, index) => {
      const own = index === 0 ? settings.name : `${settings.name}-${index + 1}`;
      return stringify(nightlyJob({ ...settings, name: own }, start));
    })
    .join('---\n');
}

/** Names for units and queues, from those of files, each different. */
function namesOf(files: readonly string[]): string[] {
  const counts = new Map<string, number>();
  return files.map((file) => {
    const name = basename(file)
      .replace(/\.[^.]*$/, '')
      .replace(/[^\w-]+/g, '-');
    const key = name.toLowerCase().replaceAll('_', '-').slice(0, 24);
    const number = (counts.get(key) ?? 0) + 1;
    counts.set(key, number);
    return number === 1 ? name : `${number}-${name}`;
  });
}
