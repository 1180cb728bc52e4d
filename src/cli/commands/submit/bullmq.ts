/** `wildstyle submit --to bullmq`. @module */
import { resolve } from 'node:path';
import { windowsOf, windowsText } from '../../../calendar/window.js';
import { WildstyleError } from '../../../errors.js';
import type { Job } from '../../../job/schema.js';
import { prepare } from '../../../run/preparing/prepare.js';
import { enqueue, readQueueAddress } from '../../../run/queue/queue.js';
import { canNameCommand, defaultShards, type QueueOptions, tasksOf } from '../../../run/queue/tasks.js';
import { absoluteWeights } from '../../options/options.js';
import { print } from '../../terminal/output.js';
import type { SubmitArguments } from './arguments.js';

/** Adds the shards of a job, and their merge, to a queue. @param given the number of shards, if it was given */
export async function submitToQueue(args: SubmitArguments, job: Job, given?: number): Promise<void> {
  const { queue, set = [], out, weights, limit, workers, window } = args;
  if (queue === undefined)
    throw new WildstyleError('option-invalid', 'BullMQ needs --queue, such as redis://127.0.0.1:6379.');
  const command = set.find(canNameCommand);
  if (command !== undefined) {
    throw new WildstyleError(
      'option-invalid',
      `--set ${command} cannot go through a queue: it can name commands that workers run.`,
      { cure: 'Write it into the job file.' },
    );
  }
  const connection = readQueueAddress(queue);
  const { plan } = await prepare(job);
  const count = given ?? defaultShards(plan.counts.total);
  const named = {
    out: out && resolve(out),
    weights: weights && absoluteWeights(weights),
    ...{ limit: limit?.toString(), workers, window },
  };
  const options = Object.fromEntries(
    Object.entries(named).filter(([, value]) => value !== undefined),
  ) as QueueOptions;
  const submitted = { file: job.file, root: job.output.root, planDigest: plan.digest };
  const tasks = tasksOf(submitted, count, options, set);
  if (args.print) {
    for (const { id, task } of tasks) print(`${id} ${JSON.stringify(task)}`);
    return;
  }
  await enqueue(connection, tasks);
  if (windowsOf(job.run.window))
    print(
      `The job has a window: ${windowsText(job.run.window)}. Outside of it, workers put its shards back.`,
    );
  print(
    `Added ${count === 1 ? '1 shard' : `${count} shards`} and a merge to the queue. Start workers on any machine: wildstyle worker --queue ${queue}`,
  );
}
