/** `wildstyle worker`: makes the shards that are in a queue. @module */
import { once } from 'node:events';
import { readQueueAddress, startQueueWorker } from '../../run/queue/queue.js';
import type { QueueTask, TaskOutcome } from '../../run/queue/tasks.js';
import type { CommandBody } from '../command-list.js';
import { print } from '../output.js';
import { stopSignals } from '../signals.js';

const words: Readonly<Record<'started' | TaskOutcome, string>> = {
  started: 'started',
  done: 'done',
  again: 'goes back to the queue',
  'given-up': 'given up: see above',
};

export const workerCommand: CommandBody<{ queue: string }> = {
  builder: (yargs) =>
    yargs.option('queue', {
      type: 'string',
      demandOption: true,
      requiresArg: true,
      describe: 'Address of the queue, such as redis://127.0.0.1:6379',
    }),
  async handler({ queue }) {
    const connection = readQueueAddress(queue);
    const signals = stopSignals();
    const worker = await startQueueWorker(connection, {
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
