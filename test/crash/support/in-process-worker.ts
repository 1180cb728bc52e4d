/** A worker in the process of the test, so that a run costs milliseconds and its writes can be made to fail. @module */
import { EventEmitter } from 'node:events';
import type { FileSystem } from '../../../src/files/file-system.js';
import { ItemWorker } from '../../../src/run/pool/item-worker.js';
import type { FromWorker, ToWorker } from '../../../src/run/pool/protocol.js';
import type { WorkerProcess } from '../../../src/run/pool/worker-process.js';

/** What a worker tells: `onDone` is called when it reports a record, which is then promised to be on disk. */
export interface InProcessOptions {
  readonly fileSystem: FileSystem;
  readonly onDone?: (id: string) => void;
}

/** Starts a worker in this process. */
export function inProcessWorker({ fileSystem, onDone }: InProcessOptions): WorkerProcess {
  const events = new EventEmitter();
  let ended = false;
  const end = (signal: NodeJS.Signals | null) => {
    if (ended) return;
    ended = true;
    events.emit('exit', signal ? null : 0, signal);
    events.emit('close', signal ? null : 0, signal);
  };
  const tell = (message: FromWorker) => {
    if (ended) return;
    if (message.type === 'done') onDone?.(message.record.id);
    events.emit('message', message);
  };
  const worker = new ItemWorker(tell, fileSystem);
  const working = new Set<Promise<void>>();
  const handle = async (message: ToWorker) => {
    // A process would be gone; here, what it was doing must not reach into the next test.
    if (message.type === 'stop') await Promise.all(working);
    const work = worker.handle(message);
    working.add(work);
    await work;
    working.delete(work);
    if (message.type === 'stop') end(null);
  };
  return Object.assign(events, {
    pid: process.pid,
    connected: true,
    exitCode: null,
    signalCode: null,
    stderr: null,
    send(message: ToWorker): boolean {
      setImmediate(() => void handle(message));
      return true;
    },
    kill(): boolean {
      setImmediate(() => end('SIGKILL'));
      return true;
    },
  }) as unknown as WorkerProcess;
}
