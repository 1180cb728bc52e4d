/** Runs the built command line as a process. @module */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

/** The command line in the same build as the tests. */
export const mainFile = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url));

/** The result of a command. */
export interface Ended {
  /** Null if a signal ended it. */
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A running command. */
export interface Going {
  readonly process: ChildProcess;
  readonly pid: number;
  readonly ended: Promise<Ended>;
  /** Returns its standard output so far. */
  readonly written: () => string;
}

export interface Environment {
  /** For `XDG_CACHE_HOME`. */
  readonly cache: string;
  readonly cwd?: string;
  /** For `LC_ALL`, `LANG` and `LANGUAGE`; unset by default. */
  readonly locale?: string;
  /** Other environment variables. */
  readonly variables?: Readonly<Record<string, string>>;
}

/** Starts `wildstyle` with arguments. */
export function startWildstyle(
  args: readonly string[],
  { cache, cwd, locale, variables }: Environment,
): Going {
  const child = spawn(process.execPath, [mainFile, ...args], {
    ...(cwd !== undefined && { cwd }),
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      XDG_CACHE_HOME: cache,
      ...variables,
      ...(locale !== undefined && { LC_ALL: locale, LANG: locale, LANGUAGE: locale }),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      output[name] += text;
    });
  }
  const ended = once(child, 'close').then(([exitCode]): Ended => ({ exitCode, ...output }));
  return { process: child, pid: child.pid as number, ended, written: () => output.stdout };
}

/** Runs `wildstyle` with arguments and waits until it exits. */
export function wildstyle(args: readonly string[], environment: Environment): Promise<Ended> {
  return startWildstyle(args, environment).ended;
}

/**
 * Polls until a condition is met.
 * @throws if it is not met after a minute
 */
export async function until<T>(what: string, look: () => T | Promise<T>): Promise<NonNullable<T>> {
  for (let tries = 0; tries < 3000; tries++) {
    const found = await look();
    if (found) return found;
    await sleep(20);
  }
  throw new Error(`waited in vain for ${what}`);
}

/** Returns the child processes of a process. Empty on systems that do not list them (all except Linux). */
export function childrenOf(pid: number): number[] {
  const file = `/proc/${pid}/task/${pid}/children`;
  return existsSync(file) ? readFileSync(file, 'utf8').trim().split(' ').filter(Boolean).map(Number) : [];
}

/** Whether this system lists the children of a process. */
export const canSeeChildren: boolean = existsSync(`/proc/self/task/${process.pid}/children`);

/** Returns whether a process is running. Zombies do not count. */
export async function isRunning(pid: number): Promise<boolean> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => undefined);
  return status !== undefined && !/^State:\s+[ZX]/m.test(status);
}
