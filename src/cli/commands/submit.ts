/** `wildstyle submit`: runs the shards of a job on a cluster. @module */
import { resolve } from 'node:path';
import { WildstyleError } from '../../errors.js';
import { loadJob } from '../../job/load.js';
import { maximumShards } from '../../plan/shard.js';
import type { CommandBody } from '../command-list.js';
import { withKubernetesOptions } from '../options/kubernetes-options.js';
import { overridesOf, withJobOptions } from '../options/options.js';
import { type SubmitArguments, wholeNumber } from './submit/arguments.js';
import { submitToQueue } from './submit/bullmq.js';
import { submitToKubernetes } from './submit/kubernetes.js';
import { submitToSlurm } from './submit/slurm.js';

export const submitCommand: CommandBody<SubmitArguments> = {
  builder: (yargs) =>
    withKubernetesOptions(withJobOptions(yargs))
      .option('to', {
        choices: ['slurm', 'kubernetes', 'bullmq'] as const,
        demandOption: true,
        requiresArg: true,
        describe: 'The scheduler',
      })
      .option('shards', {
        type: 'number',
        requiresArg: true,
        describe: 'Number of shards; default for BullMQ: about one per 64 images',
      })
      .option('tasks', {
        type: 'number',
        requiresArg: true,
        describe: 'Tasks of the array, or pods at a time; default: one per shard',
      })
      .option('time', {
        type: 'string',
        requiresArg: true,
        describe: 'Slurm: time limit of a task, such as 08:00:00',
      })
      .option('partition', { type: 'string', requiresArg: true, describe: 'Slurm: partition' })
      .option('queue', {
        type: 'string',
        requiresArg: true,
        describe: 'BullMQ: address of the queue, such as redis://127.0.0.1:6379',
      })
      .option('print', {
        type: 'boolean',
        describe: 'Print the script or the manifests without submitting them',
      }) as never,
  async handler(args) {
    const job = await loadJob(args.job, { overrides: overridesOf(args, resolve) });
    const given = args.shards === undefined ? undefined : wholeNumber('shards', args.shards, maximumShards);
    if (args.to === 'bullmq') {
      await submitToQueue(args, job, given);
      return;
    }
    if (given === undefined)
      throw new WildstyleError('option-invalid', `--to ${args.to} needs the number of shards: --shards 16.`);
    else if (args.to === 'kubernetes') await submitToKubernetes(args, job, given);
    else await submitToSlurm(args, job, given);
  },
};
