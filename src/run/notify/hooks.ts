/** Runs the commands of a job at the end of a run: `run.onComplete` and `run.onFailure`. @module */
import { spawn } from 'node:child_process';
import { dirname } from 'node:path';
import { severityOf, type WildstyleError } from '../../errors.js';
import type { Job } from '../../job/schema.js';
import { type Shard, shardText } from '../../plan/shard.js';
import { printable } from '../../printable.js';
import type { RunResult } from '../progress/events.js';

/** How a run ended. */
export type Outcome =
  | { readonly result: RunResult; readonly error?: never }
  | { readonly error: WildstyleError; readonly result?: never };

/** The facts that a command gets in its environment. */
export type HookEnvironment = Readonly<Record<`WILDSTYLE_${string}`, string>>;

/** A command that hangs is ended after this time, so that it does not keep the machine from its night. */
const hookTimeoutMs = 600_000;

/**
 * Returns the hook that an outcome calls for. A run that was stopped, that did nothing or that may not run now calls none.
 */
export function hookOf({ result, error }: Outcome): 'onComplete' | 'onFailure' | undefined {
  if (error) return error.code === 'outside-window' ? undefined : 'onFailure';
  if (result.status === 'stopped' || result.status === 'nothing') return undefined;
  return result.tooManyFailures ? 'onFailure' : 'onComplete';
}

/** Returns the facts that a command gets. */
export function hookEnvironment(job: Job, outcome: Outcome, shard?: Shard): HookEnvironment {
  const { result, error } = outcome;
  const counts = result?.counts;
  const exitCode = error ? severityOf(error.code).exitCode : result?.tooManyFailures ? 1 : 0;
  const facts: Record<`WILDSTYLE_${string}`, string | number | undefined> = {
    WILDSTYLE_EVENT: hookOf(outcome) === 'onComplete' ? 'complete' : 'failure',
    WILDSTYLE_JOB: job.file,
    WILDSTYLE_FOLDER: job.output.root,
    WILDSTYLE_SHARD: shard && shardText(shard),
    WILDSTYLE_EXIT_CODE: exitCode,
    WILDSTYLE_ITEMS: counts?.items,
    WILDSTYLE_COMPLETE: counts?.complete,
    WILDSTYLE_FAILED: counts?.failed,
    WILDSTYLE_PENDING: counts?.pending,
    WILDSTYLE_ELAPSED_S: result && Math.round(result.elapsedMs / 1000),
    WILDSTYLE_ERROR_CODE: error?.code,
    WILDSTYLE_ERROR_MESSAGE: error?.message,
  };
  const known = Object.entries(facts).map(([name, value]) => [
    name,
    value === undefined ? '' : printable(`${value}`),
  ]);
  return Object.fromEntries(known);
}

/**
 * Runs the hook that an outcome calls for, in the folder of the job. Facts are in the environment only, never in the
 * command: so no name of a file can become a part of it.
 * @returns what went wrong with the command, if anything did; the run is over, so it changes nothing
 */
export async function runHook(job: Job, outcome: Outcome, shard?: Shard): Promise<string | undefined> {
  const name = hookOf(outcome);
  const command = name && job.run[name];
  if (!name || command === undefined) return undefined;
  const [program = '', ...words] = typeof command === 'string' ? [command] : command;
  const child = spawn(program, words, {
    shell: typeof command === 'string',
    cwd: dirname(job.file),
    env: { ...process.env, ...hookEnvironment(job, outcome, shard) },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  // Not the option of `spawn`, whose timer keeps a process alive that could not start the command.
  const timer = setTimeout(() => child.kill('SIGKILL'), hookTimeoutMs);
  const ended = new Promise<string | undefined>((resolve) => {
    child.on('error', (error) => resolve(`run.${name} could not start: ${error.message}`));
    child.on('close', (exitCode, signal) =>
      resolve(exitCode === 0 ? undefined : `run.${name} ended with ${signal ?? `exit code ${exitCode}`}.`),
    );
  });
  return ended.finally(() => clearTimeout(timer));
}
