/** When the windows of a job open, for programs that start it. @module */
import { closesAt, dayNames, type Window } from '../../calendar/window.js';
import { dayMs, firstInstant, localDay, spelledZone, wallTimeMs, weekday } from '../../calendar/zone.js';

/** Times at which a window opens. */
export interface Start {
  /** Minutes since midnight. */
  readonly minutes: number;
  /** Days of the week: 0 is Sunday. All seven: every day. */
  readonly days: readonly number[];
  readonly zone: string;
}

/** Returns when windows open, without repeats. */
export function startsOf(windows: readonly Window[]): Start[] {
  const starts = windows.map(
    ({ from, days, zone }): Start => ({
      minutes: from,
      days: [...days].sort(),
      zone: spelledZone(zone),
    }),
  );
  return [...new Map(starts.map((start) => [JSON.stringify(start), start])).values()];
}

/** Returns a start as the five fields of a crontab. */
export function cronFields({ minutes, days }: Start): string {
  return `${minutes % 60} ${Math.floor(minutes / 60)} * * ${isDaily({ days }) ? '*' : days.join(',')}`;
}

/** Returns a start as a calendar event of systemd. */
export function calendarEvent({ minutes, days, zone }: Start): string {
  const names = days.map((day) => dayNames[day].replace(/^./, (letter) => letter.toUpperCase()));
  return `${isDaily({ days }) ? '' : `${names.join(',')} `}*-*-* ${clock(minutes)}:00 ${zone}`;
}

/** Returns what `date +%u-%H` shows at a start, or `date +%H` if it is daily. */
export function clockHours(start: Start): string[] {
  const hour = clock(start.minutes).slice(0, 2);
  return isDaily(start) ? [hour] : start.days.map((day) => `${day === 0 ? 7 : day}-${hour}`);
}

/** Returns the minutes of an hour that the clocks of a zone show when those of a start's zone show its minute, in a year. */
export function minutesInZone({ minutes, zone }: Start, other: string, nowMs: number): number[] {
  const shown = Array.from({ length: 12 }, (_, month) => {
    const day = localDay(zone, nowMs + month * 30 * dayMs);
    // At noon, when no clock changes.
    return Math.floor(wallTimeMs(other, firstInstant(zone, day, 12 * 60 + (minutes % 60))) / 60_000) % 60;
  });
  return [...new Set(shown)].sort((a, b) => a - b);
}

/** Returns how long windows stay open after a start, at most, in seconds; undefined if they never close. */
export function openSeconds(
  { minutes, days, zone }: Start,
  windows: readonly Window[],
  nowMs: number,
): number | undefined {
  const today = localDay(zone, nowMs);
  const openMs = Array.from({ length: dayNames.length }, (_, later) => today + later)
    .filter((day) => days.includes(weekday(day)))
    .map((day) => firstInstant(zone, day, minutes))
    .map((atMs) => (closesAt(windows, atMs) ?? atMs) - atMs);
  const longestMs = Math.max(...openMs);
  return Number.isFinite(longestMs) ? longestMs / 1000 : undefined;
}

/** Returns a time of the day: `22:00`. */
function clock(minutes: number): string {
  return `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
}

/** Returns whether a start is on every day. */
export const isDaily = ({ days }: Pick<Start, 'days'>): boolean => days.length === dayNames.length;
