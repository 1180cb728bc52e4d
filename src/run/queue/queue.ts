/** A queue in Redis, with BullMQ. @module */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ConnectionOptions, Job, Worker } from 'bullmq';
import { findShards } from '../../dataset/shards/shard-folders.js';
import { readSummary } from '../../dataset/summary.js';
import { WildstyleError } from '../../errors.js';
import { startRun } from '../schedule/run-process.js';
import {
  checkedTask,
  commandOf,
  type NamedTask,
  outcomeOf,
  type QueueTask,
  type TaskOutcome,
} from './tasks.js';

const queueName = 'wildstyle';
/** A task is delivered again if its worker has not renewed its lock for this long. */
const lockMs = 60_000;
const retryMs = 5000;
const answerMs = 10_000;
const closeMs = 1000;
/** What may go on is tried until it is done. */
const attempts = 1_000_000;

/** Reads an address such as `redis://:password@host:6379/0`. @throws `option-invalid` */
export function readQueueAddress(text: string): ConnectionOptions {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || (url.protocol !== 'redis:' && url.protocol !== 'rediss:') || url.hostname === '') {
    throw new WildstyleError(
      'option-invalid',
      `--queue must be an address such as redis://127.0.0.1:6379, not ${text}.`,
    );
  }
  const database = url.pathname.slice(1);
  if (!/^\d*$/.test(database))
    throw new WildstyleError('option-invalid', `--queue: ${database} is not the number of a database.`);
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? 6379 : Number(url.port),
    ...(url.username !== '' && { username: decodeURIComponent(url.username) }),
    ...(url.password !== '' && { password: decodeURIComponent(url.password) }),
    ...(database !== '' && { db: Number(database) }),
    ...(url.protocol === 'rediss:' && { tls: {} }),
  };
}

/** Adds tasks that are not in the queue yet. @throws `option-invalid` if the queue cannot be reached */
export async function enqueue(connection: ConnectionOptions, tasks: readonly NamedTask[]): Promise<void> {
  const { Queue } = await loadBullMq();
  const queue = new Queue<QueueTask>(queueName, {
    connection: { ...connection, maxRetriesPerRequest: 1, retryStrategy: () => null } as ConnectionOptions,
  });
  // Reported by the call that fails.
  queue.on('error', () => {});
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('no answer')), answerMs);
  });
  try {
    const adding = queue.addBulk(
      tasks.map(({ id, task }) => ({
        name: task.kind,
        data: task,
        opts: {
          jobId: id,
          attempts,
          backoff: { type: 'fixed', delay: retryMs },
          // So that a task can be added again: one that is complete does nothing.
          removeOnComplete: true,
          removeOnFail: true,
        },
      })),
    );
    await Promise.race([adding, late]);
  } catch (cause) {
    throw new WildstyleError('option-invalid', `The queue cannot be reached: ${(cause as Error).message}`, {
      cure: 'Check the address, and that Redis is running.',
      cause,
    });
  } finally {
    clearTimeout(timer);
    await Promise.race([queue.close(), sleep(closeMs, undefined, { ref: false })]).catch(() => {});
  }
}

/** What a worker tells. */
export interface QueueWorkerOptions {
  /** The program, before the arguments of wildstyle. */
  readonly program: readonly [string, ...string[]];
  readonly onTask?: (task: QueueTask, what: 'started' | TaskOutcome) => void;
  readonly onError?: (message: string) => void;
}

/** A worker that takes tasks from a queue. */
export interface QueueWorker {
  /** Takes no more tasks, and lets the one in progress stop and go back to the queue. Twice: at once. */
  readonly close: () => Promise<void>;
}

/**
 * Takes tasks from a queue, one at a time. The client of the queue is in this process and the computing in others, because
 * a process that computes could not renew the lock of its task.
 */
export async function startQueueWorker(
  connection: ConnectionOptions,
  { program, onTask = () => {}, onError = () => {} }: QueueWorkerOptions,
): Promise<QueueWorker> {
  const { UnrecoverableError, Worker: BullWorker } = await loadBullMq();
  let stop = () => {};
  let isClosing = false;
  const process = async (job: Job<unknown>) => {
    if (isClosing) throw new Error('the worker stops');
    const task = taskIn(job, (message) => new UnrecoverableError(message));
    if (await isMerged(task)) {
      onTask(task, 'done');
      return;
    }
    onTask(task, 'started');
    const run = startRun([...program, ...commandOf(task)]);
    stop = run.stop;
    const { exitCode, errorCode } = await run.ended;
    stop = () => {};
    const outcome = outcomeOf(exitCode, errorCode);
    onTask(task, outcome);
    const reason = `ended with ${exitCode ?? 'a signal'}${errorCode ? ` (${errorCode})` : ''}`;
    if (outcome === 'given-up') throw new UnrecoverableError(reason);
    if (outcome === 'again') throw new Error(reason);
  };
  const worker: Worker = new BullWorker(queueName, process, {
    connection,
    concurrency: 1,
    lockDuration: lockMs,
    stalledInterval: lockMs / 4,
    // A worker that dies is no fault of the task.
    maxStalledCount: attempts,
  });
  worker.on('error', (error) => onError(error.message));
  return {
    async close() {
      isClosing = true;
      stop();
      await worker.close();
    },
  };
}

/** Whether a task was delivered once more after everything was done. */
async function isMerged({ folder, plan }: QueueTask): Promise<boolean> {
  const summary = await readSummary(folder).catch(() => undefined);
  const isComplete = summary?.status === 'complete' && summary.digests.plan === plan;
  return isComplete && (await findShards(folder)).length === 0;
}

function taskIn({ data }: Job<unknown>, unrecoverable: (message: string) => Error): QueueTask {
  try {
    return checkedTask(data);
  } catch (error) {
    throw unrecoverable((error as Error).message);
  }
}

async function loadBullMq(): Promise<typeof import('bullmq')> {
  try {
    return await import('bullmq');
  } catch (cause) {
    throw new WildstyleError(
      'option-invalid',
      'A queue needs the packages bullmq and ioredis, which are not installed.',
      {
        cure: 'Install them: npm install bullmq ioredis',
        cause,
      },
    );
  }
}
