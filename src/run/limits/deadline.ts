/** When a run must end: the window of the job, a time, or a duration. @module */
import {
  closesAt,
  opensAt,
  type WindowInput,
  windowInstant,
  windowsOf,
  windowsText,
} from '../../calendar/window.js';
import { WildstyleError } from '../../errors.js';

/** What ends a run early. */
export type DeadlineCause = 'window' | 'until' | 'max-runtime';

/** The time at which a run must have ended. */
export interface Deadline {
  /** Milliseconds since 1970. */
  readonly atMs: number;
  readonly cause: DeadlineCause;
}

/** Limits of one run. */
export interface RunLimits {
  /** The run ends at this time: milliseconds since 1970. */
  readonly untilMs?: number;
  readonly maxRuntimeMs?: number;
  /** The run starts at most this many images. */
  readonly maxImages?: number;
}

/**
 * Returns the first of the limits of a run that starts now.
 * @returns undefined if it may run forever
 * @throws `outside-window` if the window is closed
 */
export function deadlineOf(
  window: WindowInput | readonly WindowInput[],
  { untilMs, maxRuntimeMs }: RunLimits,
  nowMs: number,
): Deadline | undefined {
  const found: Deadline[] = [];
  const windows = windowsOf(window);
  if (windows) {
    const atMs = closesAt(windows, nowMs);
    if (atMs === undefined) {
      const openMs = opensAt(windows, nowMs);
      const message = `This job runs only ${windowsText(window)} (run.window), and it is ${windowInstant(windows, nowMs)}. The window opens at ${windowInstant(windows, openMs)}.`;
      throw new WildstyleError('outside-window', message, {
        cure: 'Run it then, or add --window always.',
      });
    }
    if (Number.isFinite(atMs)) found.push({ atMs, cause: 'window' });
  }
  if (untilMs !== undefined) found.push({ atMs: untilMs, cause: 'until' });
  if (maxRuntimeMs !== undefined) found.push({ atMs: nowMs + maxRuntimeMs, cause: 'max-runtime' });
  return found.sort((a, b) => a.atMs - b.atMs)[0];
}

/** What a run does at a moment: starts items, finishes those in progress, or gives up on them. */
export type Phase = 'start' | 'drain' | 'drop';

/** Images take their time in steps that vary; drain a little earlier than the mean says. */
const margin = 1.25;
/** At least this share of the time is for starting images, or a run would never make one that is long. */
const startShare = 0.5;

/**
 * Decides what a run does now.
 * @param startMs when the run began
 * @param itemMs how long an image takes from its first step to its last
 */
export function phaseAt({ atMs }: Deadline, startMs: number, nowMs: number, itemMs: number): Phase {
  if (nowMs >= atMs) return 'drop';
  const leadMs = Math.min(itemMs * margin, (atMs - startMs) * (1 - startShare));
  return nowMs >= atMs - leadMs ? 'drain' : 'start';
}
