/** Decides which job runs next. Pure: the time is an argument. @module */
import { closesAt, opensAt, type Window } from '../../calendar/window.js';

/** A job that a scheduler knows. */
export interface ScheduledJob {
  /** Absolute path of the job file. */
  readonly file: string;
  /** sha256 of the job file: a changed job starts over. */
  readonly digest: string;
  /** Higher ones first. */
  readonly priority: number;
  /** Undefined: at any time. */
  readonly windows: readonly Window[] | undefined;
  /** Absolute path of the output folder. */
  readonly output: string;
}

/** What became of a job. */
export interface JobState {
  readonly job: ScheduledJob;
  /** `failed`: not tried again until its file changes. */
  readonly status: 'waiting' | 'complete' | 'failed';
  /** Not before this time, in milliseconds since 1970. */
  readonly notBeforeMs: number;
  /** Runs in a row that ended early although they might have gone on. */
  readonly setbacks: number;
}

/** What to do now. */
export interface Decision {
  /** The job to start. */
  readonly start?: ScheduledJob;
  /** The running job is to be stopped, because one of higher priority waits. */
  readonly stop?: boolean;
  /** When to decide again, if nothing else happens before; infinity: when a job file changes. */
  readonly againAtMs: number;
}

/** Decides about jobs on one machine, which runs one at a time. @param running the file of the job that runs */
export function decide(states: readonly JobState[], running: string | undefined, nowMs: number): Decision {
  const waiting = states.filter(({ status, job }) => status === 'waiting' && job.file !== running);
  const [best] = waiting.filter((state) => readyAtMs(state, nowMs) <= nowMs).sort(byPriority);
  const againAtMs = Math.min(
    Number.POSITIVE_INFINITY,
    ...waiting.map((state) => readyAtMs(state, nowMs)).filter((atMs) => atMs > nowMs),
  );
  if (running === undefined) return { ...(best && { start: best.job }), againAtMs };
  const current = states.find(({ job }) => job.file === running);
  // A job whose file was removed is stopped like one of the lowest priority.
  const stop = best !== undefined && (current === undefined || best.job.priority > current.job.priority);
  return { ...(stop && { stop }), againAtMs };
}

/** When a job may run: now, when its window opens, or when it may be tried again. */
function readyAtMs({ job, notBeforeMs }: JobState, nowMs: number): number {
  const fromMs = Math.max(nowMs, notBeforeMs);
  if (!job.windows || closesAt(job.windows, fromMs) !== undefined) return fromMs;
  return opensAt(job.windows, fromMs);
}

function byPriority(a: JobState, b: JobState): number {
  return b.job.priority - a.job.priority || (a.job.file < b.job.file ? -1 : 1);
}

const firstDelayMs = 60_000;
const longestDelayMs = 3_600_000;

/** How a run ended. */
export interface RunEnd {
  /** Null if a signal ended it. */
  readonly exitCode: number | null;
  /** The error code that it printed, if any. */
  readonly errorCode: string | undefined;
  /** Whether the scheduler had asked it to stop. */
  readonly wasStopped: boolean;
}

/**
 * Returns the state of a job after a run. Exit code 75 means that it may continue; if that happens within its window (a full
 * disk, a run that was killed), the job waits a minute, then twice as long each time, up to an hour.
 */
export function afterRun(state: JobState, { exitCode, wasStopped }: RunEnd, nowMs: number): JobState {
  if (exitCode === 0) return { ...state, status: 'complete', setbacks: 0 };
  const isOver = exitCode !== null && exitCode !== 75;
  if (isOver) return { ...state, status: 'failed', setbacks: 0 };
  const isClosed = state.job.windows !== undefined && closesAt(state.job.windows, nowMs) === undefined;
  // A run ends shortly before its window if it cannot finish another image.
  if (wasStopped || isClosed || isClosing(state.job, nowMs))
    return { ...state, notBeforeMs: nextMs(state, nowMs, wasStopped), setbacks: 0 };
  const delayMs = Math.min(longestDelayMs, firstDelayMs * 2 ** state.setbacks);
  return { ...state, notBeforeMs: nowMs + delayMs, setbacks: state.setbacks + 1 };
}

/** A run that ended by itself this share of a window before its end has used it. */
const closingMs = 30 * 60_000;

function isClosing({ windows }: ScheduledJob, nowMs: number): boolean {
  const endMs = windows && closesAt(windows, nowMs);
  return endMs !== undefined && endMs - nowMs < closingMs;
}

function nextMs({ job }: JobState, nowMs: number, wasStopped: boolean): number {
  if (wasStopped || !job.windows) return nowMs;
  return opensAt(job.windows, nowMs);
}
