/** A worker that makes the tasks of a queue. @module */
import type { ConnectionOptions, Job, Queue, Worker } from 'bullmq';
import { findShards } from '../../dataset/shards/shard-folders.js';
import { readSummary } from '../../dataset/summary.js';
import { startRun } from '../schedule/run-process.js';
import type { GoingRun } from '../schedule/scheduler.js';
import { attempts, loadBullMq, queueName, retryMs } from './queue.js';
import { checkedTask, commandOf, outcomeOf, type QueueTask, type TaskOutcome } from './tasks.js';

/** A task is delivered again if its worker has not renewed its lock for this long. */
const lockMs = 60_000;
/** A worker that has handed over a task leaves it to others for this long. */
const yieldMs = 3 * retryMs;
export const defaultHandOverMs = 600_000;

/** What a worker tells. */
export interface QueueWorkerOptions {
  /** The program, before the arguments of wildstyle. */
  readonly program: readonly [string, ...string[]];
  /** A task that takes longer goes back to the queue if another worker has nothing to do, perhaps a faster one. */
  readonly handOverMs?: number;
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
  { program, handOverMs = defaultHandOverMs, onTask = () => {}, onError = () => {} }: QueueWorkerOptions,
): Promise<QueueWorker> {
  const { Queue: BullQueue, UnrecoverableError, Worker: BullWorker } = await loadBullMq();
  const queue = new BullQueue(queueName, { connection });
  queue.on('error', () => {});
  let going: GoingTask | undefined;
  let isClosing = false;
  const process = async (job: Job<unknown>) => {
    if (isClosing) throw new Error('the worker stops');
    const task = taskIn(job, (message) => new UnrecoverableError(message));
    if (await isMerged(task)) {
      onTask(task, 'done');
      return;
    }
    onTask(task, 'started');
    going = new GoingTask(startRun([...program, ...commandOf(task)]));
    const stopHandingOver = handOver(queue, going, handOverMs);
    const { exitCode, errorCode } = await going.ended;
    if (stopHandingOver()) yieldTasks();
    going = undefined;
    const outcome = outcomeOf(exitCode);
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
  let yielding: NodeJS.Timeout | undefined;
  const yieldTasks = () => {
    if (isClosing) return;
    void worker.pause(true);
    yielding = setTimeout(() => worker.resume(), yieldMs);
  };
  worker.on('error', (error) => onError(error.message));
  return {
    async close() {
      if (isClosing) going?.abandon();
      else going?.drain();
      isClosing = true;
      clearTimeout(yielding);
      await worker.close();
      await queue.close();
    },
  };
}

/** The run of a task. */
class GoingTask {
  readonly ended: GoingRun['ended'];
  #isDraining = false;

  constructor(private readonly run: GoingRun) {
    this.ended = run.ended;
  }

  /** Lets it finish the images in progress. */
  drain(): void {
    if (!this.#isDraining) this.run.stop();
    this.#isDraining = true;
  }

  /** Stops it at once. */
  abandon(): void {
    this.drain();
    this.run.stop();
  }
}

/**
 * Ends a long run when another worker waits. Its images are kept, and the other one continues.
 * @returns stops looking, and says whether it has ended the run
 */
function handOver(queue: Queue, run: GoingTask, handOverMs: number): () => boolean {
  let isHandedOver = false;
  const look = async () => {
    const [workers, active] = await Promise.all([queue.getWorkersCount(), queue.getActiveCount()]);
    if (workers <= active) return;
    isHandedOver = true;
    run.drain();
  };
  // A queue that cannot be asked changes nothing.
  const timer = setInterval(() => void look().catch(() => {}), handOverMs);
  return () => {
    clearInterval(timer);
    return isHandedOver;
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
