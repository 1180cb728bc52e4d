/** Reads durations and times that people type. @module */
import { dayMs, firstInstant, localDay } from './zone.js';

const unitMs: Readonly<Record<string, number>> = { d: dayMs, h: 3_600_000, m: 60_000, s: 1000 };

/** Reads a duration: `8h`, `90m`, `1h30m`, `45s`, `2d`. @returns milliseconds, or undefined if it is not one */
export function parseDuration(text: string): number | undefined {
  if (!/^(\d+(\.\d+)?[dhms])+$/.test(text)) return undefined;
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)([dhms])/g)];
  const totalMs = parts.reduce((sum, [, number, unit = '']) => sum + Number(number) * unitMs[unit], 0);
  return totalMs > 0 && Number.isFinite(totalMs) ? totalMs : undefined;
}

/**
 * Reads a point in time: a time of the day, which is the next one (`06:00`), or a date with a time (`2026-11-28 06:00`,
 * `2026-11-28T06:00Z`).
 * @param zone the time zone of a time without one
 * @returns milliseconds since 1970, or undefined if it is not one
 */
export function parseInstant(text: string, zone: string, nowMs: number): number | undefined {
  const [, hour, minute] = /^([01]?\d|2[0-3]):([0-5]\d)$/.exec(text) ?? [];
  if (hour !== undefined && minute !== undefined) {
    const today = localDay(zone, nowMs);
    const minutes = Number(hour) * 60 + Number(minute);
    return [today, today + 1, today + 2]
      .map((day) => firstInstant(zone, day, minutes))
      .find((atMs) => atMs > nowMs);
  }
  const [, date, time, offset] =
    /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d)?)(Z|[+-]\d\d:\d\d)?$/.exec(text) ?? [];
  if (date === undefined || time === undefined) return undefined;
  const utcMs = Date.parse(`${date}T${time}${offset ?? 'Z'}`);
  if (Number.isNaN(utcMs)) return undefined;
  if (offset !== undefined) return utcMs;
  const day = Math.floor(utcMs / dayMs);
  return firstInstant(zone, day, Math.floor((utcMs - day * dayMs) / 60_000));
}
