/** `wildstyle schedule`: runs jobs in their windows, or writes what makes a system do so. @module */
import { WildstyleError } from '../../errors.js';
import type { CommandBody } from '../command-list.js';
import { withKubernetesOptions } from '../options/kubernetes-options.js';
import { withOverrideOptions } from '../options/options.js';
import { runArguments, withRunOptions } from '../options/run-options.js';
import { runScheduler } from './schedule/daemon.js';
import { type NightlyArguments, type NightlySystem, nightlySystems, nightlyText } from './schedule/print.js';

export interface ScheduleArguments extends NightlyArguments, Partial<Record<NightlySystem, boolean>> {
  readonly jobs: readonly string[];
  readonly untilDone?: boolean;
}

export const scheduleCommand: CommandBody<ScheduleArguments> = {
  builder: (yargs) =>
    withKubernetesOptions(withRunOptions(withOverrideOptions(yargs)))
      .positional('jobs', {
        type: 'string',
        array: true,
        demandOption: true,
        describe: 'Job files, or folders of job files, which are watched',
      })
      .option('until-done', { type: 'boolean', describe: 'Exit when no job has anything left to do' })
      .option('systemd', { type: 'boolean', describe: 'Print systemd units instead' })
      .option('cron', { type: 'boolean', describe: 'Print crontab lines instead' })
      .option('slurm', { type: 'boolean', describe: 'Print a script for sbatch instead' })
      .option('kubernetes', {
        type: 'boolean',
        describe: 'Print a Kubernetes manifest instead',
      }) as never,
  async handler(args) {
    const wanted = nightlySystems.filter((system) => args[system]);
    if (wanted.length > 1)
      throw new WildstyleError('option-invalid', `Choose only one of --${wanted.join(' and --')}.`);
    const [system] = wanted;
    const [given] = runArguments(args, Date.now());
    if (!system && given !== undefined) {
      throw new WildstyleError(
        'option-invalid',
        `${given} works only with --systemd, --cron, --slurm or --kubernetes. Without one of these, jobs run as their files say.`,
        { cure: 'Write it into the job file.' },
      );
    }
    if (system) process.stdout.write(await nightlyText(system, args.jobs, args, Date.now()));
    else process.exitCode = await runScheduler(args.jobs, args.untilDone ?? false);
  },
};
