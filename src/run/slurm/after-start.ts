/** Decides what happens to a Slurm job whose runs have ended. Pure: the time is an argument. @module */
import { closesAt, opensAt, type Window } from '../../calendar/window.js';

/** How a run ended. */
export interface EndedRun {
  /** Null if a signal ended it. */
  readonly exitCode: number | null;
  /** The error code that it printed, if any. */
  readonly errorCode: string | undefined;
}

/** A start of a job: the runs that it made, one after the other. */
export interface EndedStart {
  readonly runs: readonly EndedRun[];
  /** Shards that it did not come to. */
  readonly notStarted: number;
  /** Whether Slurm has told the job to stop. */
  readonly wasTold: boolean;
  /** Images made or recorded as failed, in all runs. */
  readonly made: number;
  /** Starts in a row before this one that made none. */
  readonly setbacks: number;
  /** The windows of the job; undefined: at any time. */
  readonly windows: readonly Window[] | undefined;
}

/** What to do. */
export type Next =
  /** Nothing is left that another start could make. */
  | { readonly type: 'end'; readonly exitCode: number }
  /** Work is left, but so many starts in a row have made no image that another one will not either. */
  | { readonly type: 'give-up'; readonly setbacks: number; readonly errorCode: string | undefined }
  /** @property setbacks to be remembered until the next start */
  | { readonly type: 'again'; readonly atMs: number; readonly setbacks: number };

/** Starts in a row without an image after which a job is given up: about three hours, or as many windows. */
export const mostSetbacks = 8;
const firstDelayMs = 2 * 60_000;
const longestDelayMs = 60 * 60_000;
const stopped = 75;

/**
 * Returns what happens to a job. What Slurm has stopped continues at once. What ended with its window, or with a limit of its
 * own in a window, continues when the next one opens. What met trouble, such as a full disk, waits two minutes, then twice as
 * long each time, up to an hour.
 */
export function afterStart(start: EndedStart, nowMs: number): Next {
  const { runs, notStarted, wasTold, made, setbacks, windows } = start;
  const left = runs.filter(mayGoOn);
  if (left.length === 0 && notStarted === 0) return { type: 'end', exitCode: worstCode(runs) };
  const inARow = made > 0 ? 0 : setbacks + 1;
  const trouble = left.find(isTrouble);
  if (inARow >= mostSetbacks) {
    const errorCode = (trouble ?? left.find((run) => run.errorCode !== undefined))?.errorCode;
    return { type: 'give-up', setbacks: inARow, errorCode };
  }
  const isOver = !wasTold && !trouble;
  const delayMs = trouble ? Math.min(longestDelayMs, firstDelayMs * 2 ** Math.max(0, inARow - 1)) : 0;
  return { type: 'again', atMs: opening(windows, nowMs + delayMs, isOver), setbacks: inARow };
}

/** Returns the exit code of several runs: the worst one. Failed images are better than images that are left. */
export function worstCode(runs: readonly EndedRun[]): number {
  const codes = runs.map(({ exitCode }) => exitCode ?? killed);
  return codes.sort((a, b) => badness(b) - badness(a))[0] ?? 0;
}

/** What a shell says of a process that was killed. */
const killed = 137;

function badness(code: number): number {
  const order = [0, 1, stopped];
  return order.includes(code) ? order.indexOf(code) : order.length;
}

/** Another start may fix it: it was stopped or killed, or the one before has not ended yet on another machine. */
function mayGoOn({ exitCode }: EndedRun): boolean {
  return exitCode === stopped || exitCode === null;
}

/** It did not end because of a signal, its window or a limit. */
function isTrouble({ exitCode, errorCode }: EndedRun): boolean {
  return exitCode === null || (errorCode !== undefined && errorCode !== 'outside-window');
}

/** When a job may start: at a time, or when the next window opens. @param isOver a window that is open has been used */
function opening(windows: readonly Window[] | undefined, atMs: number, isOver: boolean): number {
  if (!windows || (!isOver && closesAt(windows, atMs) !== undefined)) return atMs;
  const next = opensAt(windows, atMs);
  return Number.isFinite(next) ? next : atMs;
}
