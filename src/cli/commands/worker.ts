/** `wildstyle worker`: makes the shards in a queue. @module */
import { once } from 'node:events';
import { parseDuration } from '../../calendar/durations.js';
import { WildstyleError } from '../../errors.js';
import { readQueueAddress } from '../../run/queue/queue.js';
import type { QueueTask, TaskOutcome } from '../../run/queue/tasks.js';
import { defaultHandOverMs, startQueueWorker } from '../../run/queue/worker.js';
import type { CommandBody } from '../command-list.js';
import { print } from '../terminal/output.js';
import { stopSignals } from '../terminal/signals.js';

const longestMs = 7 * 86_400_000;

const words: Readonly<Record<'started' | TaskOutcome, string>> = {
  started: 'started',
  done: 'done',
  again: 'goes back to the queue',
  'given-up': 'given up: see above',
};

export const workerCommand: CommandBody<{ queue: string; handOver?: string }> = {
  builder: (yargs) =>
    yargs
      .option('queue', {
        type: 'string',
        demandOption: true,
        requiresArg: true,
        describe: 'Address of the queue, such as redis://127.0.0.1:6379',
      })
      .option('hand-over', {
        type: 'string',
        requiresArg: true,
        describe: 'After this time, return a task if another worker is idle; default: 10m',
      }) as never,
  async handler({ queue, handOver }) {
    const connection = readQueueAddress(queue);
    const handOverMs = handOver === undefined ? defaultHandOverMs : parseDuration(handOver);
    if (handOverMs === undefined || handOverMs > longestMs) {
      throw new WildstyleError(
        'option-invalid',
        `--hand-over must be a duration of at most 7 days, such as 10m or 1h30m, not ${handOver}.`,
      );
    }
    const signals = stopSignals();
    const worker = await startQueueWorker(connection, {
      handOverMs,
      program: [process.execPath, process.argv[1]],
      onTask: (task, what) => print(`${nameOf(task)}: ${words[what]}`),
      onError: (message) => process.stderr.write(`wildstyle: queue: ${message}\n`),
    });
    print('Waiting for shards. Press Ctrl-C to stop.');
    if (!signals.drain.aborted) await once(signals.drain, 'abort');
    signals.abandon.addEventListener('abort', () => void worker.close());
    await worker.close();
    signals.dispose();
  },
};

function nameOf(task: QueueTask): string {
  return task.kind === 'merge' ? `merge of ${task.folder}` : `shard ${task.shard} of ${task.job}`;
}
