/** A queue in Redis, with BullMQ. @module */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ConnectionOptions } from 'bullmq';
import { WildstyleError } from '../../errors.js';
import type { NamedTask, QueueTask } from './tasks.js';

/** The name of the queue in Redis. */
export const queueName = 'wildstyle';
/** A task that may continue is delivered again after this time. */
export const retryMs = 5000;
const answerMs = 10_000;
const closeMs = 1000;
/** What may continue is tried until it is done. */
export const attempts = 1_000_000;

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
          stackTraceLimit: 1,
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

/** Imports BullMQ. @throws `option-invalid` if it is not installed */
export async function loadBullMq(): Promise<typeof import('bullmq')> {
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
