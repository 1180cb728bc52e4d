/** When the windows of a job open, for programs that start it. @module */
import { dayNames, type Window } from '../../calendar/window.js';

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
    ({ from, days, zone }): Start => ({ minutes: from, days: [...days].sort(), zone }),
  );
  return [...new Map(starts.map((start) => [JSON.stringify(start), start])).values()];
}

/** Returns a start as the five fields of a crontab. */
export function cronFields({ minutes, days }: Start): string {
  return `${minutes % 60} ${Math.floor(minutes / 60)} * * ${isDaily(days) ? '*' : days.join(',')}`;
}

/** Returns a start as a calendar event of systemd. */
export function calendarEvent({ minutes, days, zone }: Start): string {
  const names = days.map((day) => dayNames[day].replace(/^./, (letter) => letter.toUpperCase()));
  return `${isDaily(days) ? '' : `${names.join(',')} `}*-*-* ${clock(minutes)}:00 ${zone}`;
}

/** Returns a time of the day: `22:00`. */
export function clock(minutes: number): string {
  return `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
}

const isDaily = (days: readonly number[]): boolean => days.length === dayNames.length;
