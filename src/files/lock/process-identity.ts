/** Recognizes processes, so that a number that was given to another process is not mistaken for the same one. @module */
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { z } from 'zod';

/** The schema of a process as others can recognize it. */
export const processSchema = z.object({
  pid: z.int(),
  host: z.string().max(1000),
  /** Start of the machine and name space of its process numbers; empty where the system does not tell. */
  space: z.string().max(1000).default(''),
  /** Start of the process in ticks after the start of the machine; absent where the system does not tell. */
  startedTicks: z.string().max(100).optional(),
});

/** A process as others can recognize it. */
export type ProcessIdentity = z.output<typeof processSchema>;

/** Returns the identity of this process. */
export function thisProcess(): ProcessIdentity {
  const startedTicks = statusOf(process.pid)?.startedTicks;
  return { pid: process.pid, host: hostname(), space: processSpace(), ...(startedTicks && { startedTicks }) };
}

/** `elsewhere`: it cannot be seen from here, because it runs on another machine or in another container. */
export type Liveness = 'alive' | 'suspended' | 'dead' | 'elsewhere';

/** Returns whether a process is running. */
export function livenessOf({ pid, host, space, startedTicks }: ProcessIdentity): Liveness {
  if (host !== hostname() || space !== processSpace()) return 'elsewhere';
  const status = statusOf(pid);
  if (status === undefined) return canSignal(pid) ? 'alive' : 'dead';
  if (startedTicks !== undefined && startedTicks !== status.startedTicks) return 'dead';
  if (status.state === 'Z' || status.state === 'X') return 'dead';
  return status.state === 'T' || status.state === 't' ? 'suspended' : 'alive';
}

/** Machines in containers share host names, and numbers of processes mean something only within one name space. */
function processSpace(): string {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return `${boot} ${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return '';
  }
}

/** What Linux tells about a process: see proc(5). */
export interface ProcessStatus {
  readonly state: string;
  readonly startedTicks: string;
  /** Time that it computed, in ticks. */
  readonly computedTicks: number;
}

/** Returns the status of a process; undefined if there is none, or if the system does not say. */
export function statusOf(pid: number): ProcessStatus | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name of the program, in parentheses, may contain anything.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return {
      state: fields[0],
      startedTicks: fields[19],
      computedTicks: Number(fields[11]) + Number(fields[12]),
    };
  } catch {
    return undefined;
  }
}

function canSignal(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
