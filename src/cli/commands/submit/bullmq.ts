/** `wildstyle submit --to bullmq`. @module */
import { resolve } from 'node:path';
import { WildstyleError } from '../../../errors.js';
import type { Job } from '../../../job/schema.js';
import { prepare } from '../../../run/prepare.js';
import { enqueue, readQueueAddress } from '../../../run/queue/queue.js';
import { type QueueOptions, tasksOf } from '../../../run/queue/tasks.js';
import { print } from '../../output.js';
import type { SubmitArguments } from './arguments.js';

/** Adds the shards of a job, and their merge, to a queue. */
export async function submitToQueue(args: SubmitArguments, job: Job, count: number): Promise<void> {
  const { queue, set, out, weights, limit, workers, window } = args;
  if (queue === undefined)
    throw new WildstyleError('option-invalid', 'BullMQ needs --queue, such as redis://127.0.0.1:6379.');
  if (set && set.length > 0) {
    throw new WildstyleError(
      'option-invalid',
      '--set cannot go through a queue: it could name commands that workers run.',
      {
        cure: 'Write it into the job file.',
      },
    );
  }
  const connection = readQueueAddress(queue);
  const { plan } = await prepare(job);
  const given = { out: out && resolve(out), weights, limit: limit?.toString(), workers, window };
  const options = Object.fromEntries(
    Object.entries(given).filter(([, value]) => value !== undefined),
  ) as QueueOptions;
  const tasks = tasksOf({ file: job.file, root: job.output.root, planDigest: plan.digest }, count, options);
  if (args.print) {
    for (const { id, task } of tasks) print(`${id} ${JSON.stringify(task)}`);
    return;
  }
  await enqueue(connection, tasks);
  print(
    `Added ${count} shards and a merge to the queue. Start workers on any machine: wildstyle worker --queue ${queue}`,
  );
}
