/** Runs a job in a process of its own. @module */
import { spawn } from 'node:child_process';
import { parentEnvironment } from './parent.js';
import type { GoingRun } from './scheduler.js';

const keptCharacters = 10_000;

/**
 * Starts wildstyle in a process whose output is that of this one, and which stops when this one dies.
 * @param command the program and its arguments
 */
export function startRun([program, ...words]: readonly [string, ...string[]]): GoingRun {
  // A process group of its own: Ctrl-C reaches this process only, which decides how to stop the run.
  const child = spawn(program, words, {
    stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
    env: parentEnvironment(),
    detached: process.platform !== 'win32',
  });
  let errorOutput = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    process.stderr.write(text);
    errorOutput = (errorOutput + text).slice(-keptCharacters);
  });
  const ended = new Promise<{ exitCode: number | null; errorCode: string | undefined }>((resolve) => {
    child.on('error', () => resolve({ exitCode: null, errorCode: undefined }));
    child.on('close', (exitCode) => {
      const [, errorCode] = /^wildstyle: ([a-z-]+): /m.exec(errorOutput) ?? [];
      resolve({ exitCode, errorCode });
    });
  });
  return { ended, stop: () => child.kill('SIGTERM') };
}
