/** Windows: the hours in which a job may run. @module */
import { dayMs, firstInstant, formatInstant, localDay, localZone, weekday } from './zone.js';

/** The days of the week, as a job names them. */
export const dayNames = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;
export type DayName = (typeof dayNames)[number];

/** A window as a job has it: `22:00-06:00`, or with days and time zone. */
export type WindowInput =
  | string
  | {
      readonly hours: string;
      readonly days?: readonly DayName[] | undefined;
      readonly timeZone?: string | undefined;
    };

/** The hours of a day in which a job may run. */
export interface Window {
  /** Minutes since midnight. */
  readonly from: number;
  /** Minutes since midnight; on the next day if it is not after `from`. */
  readonly to: number;
  /** Days of the week on which the window opens: 0 is Sunday. */
  readonly days: ReadonlySet<number>;
  readonly zone: string;
}

/** The value for no window: a job may run at any time. */
export const always = 'always';

const hoursPattern = /^([01]?\d|2[0-3]):([0-5]\d)\s*-\s*([01]?\d|2[0-4]):([0-5]\d)$/;
/** Windows repeat every week. */
const weekDays = 7;

/** Returns what is wrong with hours such as `22:00-06:00`, to follow the value; undefined if nothing is. */
export function hoursProblem(hours: string): string | undefined {
  if (hours === always) return undefined;
  const found = hoursPattern.exec(hours);
  if (!found || (found[3] === '24' && found[4] !== '00')) return 'is not two times, such as 22:00-06:00';
  const { from, to } = minutesOf(hours);
  return from === to ? 'is an empty window; for a whole day, write 00:00-24:00' : undefined;
}

/**
 * Reads the windows of a job, which must have passed {@link hoursProblem}.
 * @returns undefined if the job may run at any time
 */
export function windowsOf(given: WindowInput | readonly WindowInput[]): readonly Window[] | undefined {
  const inputs = isList(given) ? given : [given];
  const windows = inputs.map((input): Window | undefined => {
    const { hours, days, timeZone } = typeof input === 'string' ? { hours: input } : input;
    if (hours === always && !days) return undefined;
    const names = days ?? dayNames;
    const zone = timeZone ?? localZone();
    return { ...minutesOf(hours), days: new Set(names.map((name) => dayNames.indexOf(name))), zone };
  });
  const known = windows.filter((window) => window !== undefined);
  return known.length < windows.length ? undefined : known;
}

const isList = (given: WindowInput | readonly WindowInput[]): given is readonly WindowInput[] =>
  Array.isArray(given);

/**
 * Returns when the windows close that are open at an instant, in milliseconds since 1970.
 * @returns undefined if none is open; infinity if they never close
 */
export function closesAt(windows: readonly Window[], nowMs: number): number | undefined {
  let endMs = nowMs;
  // One window may open before another closes.
  for (;;) {
    const later = windows
      .flatMap((window) => intervals(window, endMs))
      .filter(([fromMs, toMs]) => fromMs <= endMs && toMs > endMs)
      .map(([, toMs]) => toMs);
    if (later.length === 0) return endMs === nowMs ? undefined : endMs;
    endMs = Math.max(...later);
    if (endMs - nowMs > (weekDays + 1) * dayMs) return Number.POSITIVE_INFINITY;
  }
}

/** Returns when the next window opens after an instant, in milliseconds since 1970. */
export function opensAt(windows: readonly Window[], nowMs: number): number {
  const starts = windows.flatMap((window) => intervals(window, nowMs)).map(([fromMs]) => fromMs);
  return Math.min(...starts.filter((fromMs) => fromMs > nowMs));
}

/** How many windows some work needs, and when it ends. */
export interface WindowsNeeded {
  readonly windows: number;
  /** Whether they are nights: windows across midnight. */
  readonly areNights: boolean;
  readonly endsAtMs: number;
}

const mostWindows = 3_660;

/**
 * Divides work among windows, from an instant on.
 * @returns undefined if there are more windows than anybody will wait for
 */
export function windowsNeeded(
  windows: readonly Window[],
  nowMs: number,
  workMs: number,
): WindowsNeeded | undefined {
  const areNights = windows.every(({ from, to }) => to <= from);
  let [atMs, leftMs] = [nowMs, workMs];
  for (let count = 1; count <= mostWindows; count++) {
    if (closesAt(windows, atMs) === undefined) atMs = opensAt(windows, atMs);
    const endMs = closesAt(windows, atMs) ?? atMs;
    if (leftMs <= endMs - atMs) return { windows: count, areNights, endsAtMs: atMs + leftMs };
    leftMs -= endMs - atMs;
    atMs = endMs;
  }
  return undefined;
}

/** Writes windows as a job does: `22:00-06:00 (mon, tue; Europe/Berlin)`. */
export function windowsText(given: WindowInput | readonly WindowInput[]): string {
  return (isList(given) ? given : [given])
    .map((input) => {
      if (typeof input === 'string') return input;
      const more = [input.days?.join(', '), input.timeZone].filter((part) => part !== undefined);
      return more.length > 0 ? `${input.hours} (${more.join('; ')})` : input.hours;
    })
    .join(' and ');
}

/** Formats an instant in the time zone of the first window. */
export function windowInstant(windows: readonly Window[], atMs: number): string {
  return formatInstant(windows[0]?.zone ?? localZone(), atMs);
}

/** The times at which a window is open around an instant, from the day before it to a week and a day after it. */
function intervals({ from, to, days, zone }: Window, atMs: number): [fromMs: number, toMs: number][] {
  const today = localDay(zone, atMs);
  const found: [number, number][] = [];
  for (let day = today - 1; day <= today + weekDays + 1; day++) {
    if (!days.has(weekday(day))) continue;
    const fromMs = firstInstant(zone, day, from);
    const toMs = firstInstant(zone, to > from ? day : day + 1, to);
    if (toMs > fromMs) found.push([fromMs, toMs]);
  }
  return found;
}

function minutesOf(hours: string): { from: number; to: number } {
  if (hours === always) return { from: 0, to: 24 * 60 };
  const [, ...parts] = hoursPattern.exec(hours) ?? [];
  const [fromHour = 0, fromMinute = 0, toHour = 0, toMinute = 0] = parts.map(Number);
  return { from: fromHour * 60 + fromMinute, to: toHour * 60 + toMinute };
}
