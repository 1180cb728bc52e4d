/** What makes a system run jobs in their windows, as text. @module */
import { basename, dirname } from 'node:path';
import { stringify } from 'yaml';
import { windowsOf } from '../../../calendar/window.js';
import { localZone } from '../../../calendar/zone.js';
import { loadJob } from '../../../job/load.js';
import type { Job } from '../../../job/schema.js';
import { jobFiles } from '../../../run/schedule/scan.js';
import { nightlyJob, singleJob } from '../../../submit/kubernetes.js';
import { crontab, type NightlyJob, nightlySlurm, systemdUnits } from '../../../submit/nightly/scripts.js';
import { cronFields, type Start, startsOf } from '../../../submit/nightly/starts.js';
import { type KubernetesArguments, kubernetesSettings } from '../../options/kubernetes-options.js';

/** The systems that can run jobs. */
export const nightlySystems = ['systemd', 'cron', 'slurm', 'kubernetes'] as const;
export type NightlySystem = (typeof nightlySystems)[number];

/** Returns the text for all jobs. @throws as `loadJob`; `option-invalid` */
export async function nightlyText(
  system: NightlySystem,
  places: readonly string[],
  args: KubernetesArguments,
): Promise<string> {
  const files = await jobFiles(places);
  const jobs = await Promise.all(files.map((file) => loadJob(file)));
  return jobs.map((job) => textOf(system, job, args)).join(system === 'kubernetes' ? '---\n' : '\n');
}

function textOf(system: NightlySystem, job: Job, args: KubernetesArguments): string {
  const starts = startsOf(windowsOf(job.run.window) ?? []);
  if (system === 'kubernetes') return kubernetesText(job, starts, args);
  const nightly: NightlyJob = {
    name: `wildstyle-${basename(job.file)
      .replace(/\.[^.]*$/, '')
      .replace(/[^\w-]+/g, '-')}`,
    command: [process.execPath, process.argv[1], 'run', job.file],
    workingDirectory: dirname(job.file),
    starts,
  };
  if (system === 'systemd') return systemdUnits(nightly);
  return system === 'cron' ? crontab(nightly, localZone()) : nightlySlurm(nightly);
}

function kubernetesText(job: Job, starts: readonly Start[], args: KubernetesArguments): string {
  const paths = [job.file, job.content.root, job.style.root, job.output.root];
  const settings = { ...kubernetesSettings(args, job.file, paths), command: ['wildstyle', 'run', job.file] };
  if (starts.length === 0) return stringify(singleJob(settings));
  return starts
    .map((start, index) => {
      const name = index === 0 ? settings.name : `${settings.name}-${index + 1}`;
      return stringify(nightlyJob({ ...settings, name }, cronFields(start), start.zone));
    })
    .join('---\n');
}
