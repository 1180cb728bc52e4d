/** The process of a worker. @module */
import { type ChildProcess, fork } from 'node:child_process';
import type { ToWorker } from './protocol.js';

/** Node.js options of a worker. Tracing leaves much garbage, which a larger young generation would keep for longer. */
export const workerOptions = ['--max-semi-space-size=4'] as const;

/** What the pool needs of a process. Tests have a fake one. */
export interface WorkerProcess
  extends Pick<
    ChildProcess,
    'pid' | 'connected' | 'exitCode' | 'signalCode' | 'stderr' | 'kill' | 'on' | 'once'
  > {
  send(message: ToWorker): boolean;
}

/** Starts a worker. @param module the script of the process */
export type StartWorker = (module: URL) => WorkerProcess;

/** Starts a process that outlives nothing and inherits no flags. */
export const forkWorker: StartWorker = (module) =>
  fork(module, {
    serialization: 'advanced',
    // Do not pass on flags of this process, such as --input-type.
    execArgv: [...workerOptions],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
