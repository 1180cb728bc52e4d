/** Converts between instants and what the clock on the wall shows in a time zone. @module */

/** Milliseconds of a day of 24 hours. */
export const dayMs = 86_400_000;
const minuteMs = 60_000;

const formats = new Map<string, Intl.DateTimeFormat>();

/** The time zone of this machine. */
export function localZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** Returns a time zone as others spell it: `europe/berlin` is known here, but only `Europe/Berlin` elsewhere. */
export function spelledZone(name: string): string {
  const spellings = [formatOf(name).resolvedOptions().timeZone, ...Intl.supportedValuesOf('timeZone')];
  return spellings.find((known) => known.toLowerCase() === name.toLowerCase()) ?? name;
}

/** Returns whether a name is a time zone, such as `Europe/Berlin` or `UTC`. */
export function isTimeZone(name: string): boolean {
  try {
    formatOf(name);
    return true;
  } catch {
    return false;
  }
}

/**
 * Returns what the clock on the wall shows at an instant, as the milliseconds since 1970 at which a clock in UTC shows the
 * same.
 */
export function wallTimeMs(zone: string, atMs: number): number {
  const parts = formatOf(zone).formatToParts(atMs);
  const of = (type: string) => Number(parts.find((part) => part.type === type)?.value);
  const wholeSecondMs = Date.UTC(
    of('year'),
    of('month') - 1,
    of('day'),
    of('hour'),
    of('minute'),
    of('second'),
  );
  return wholeSecondMs + (((atMs % 1000) + 1000) % 1000);
}

/** Returns the local date at an instant, as the number of days since 1970-01-01. */
export function localDay(zone: string, atMs: number): number {
  return Math.floor(wallTimeMs(zone, atMs) / dayMs);
}

/**
 * Returns the first instant at which the clock on the wall shows a time of a date, or a later one. When clocks go back, a
 * time that comes twice is the first of the two; when they go forward, a time that is skipped is the moment of the change.
 * @param day days since 1970-01-01
 * @param minutes minutes since midnight, 0 to 1440
 */
export function firstInstant(zone: string, day: number, minutes: number): number {
  const wallMs = day * dayMs + minutes * minuteMs;
  const offsetsMs = [wallMs - dayMs, wallMs + dayMs].map((atMs) => offsetMs(zone, atMs));
  const candidates = offsetsMs.map((offset) => wallMs - offset).sort((a, b) => a - b);
  const exact = candidates.find((atMs) => wallTimeMs(zone, atMs) === wallMs);
  return exact ?? changeBetween(zone, candidates[0], candidates[1]);
}

/** Returns the day of the week of a date: 0 is Sunday. @param day days since 1970-01-01, a Thursday */
export function weekday(day: number): number {
  return (((day + 4) % 7) + 7) % 7;
}

/** Formats an instant in a time zone: `Fri 2026-11-27 06:00`. */
export function formatInstant(zone: string, atMs: number): string {
  const wall = new Date(wallTimeMs(zone, atMs));
  const [name] = wall.toUTCString().split(',');
  return `${name} ${wall.toISOString().slice(0, 16).replace('T', ' ')}`;
}

function offsetMs(zone: string, atMs: number): number {
  return wallTimeMs(zone, atMs) - atMs;
}

/** Finds the change of the offset between two instants, to the second. */
function changeBetween(zone: string, earlierMs: number, laterMs: number): number {
  const after = offsetMs(zone, laterMs);
  let [low, high] = [Math.floor(earlierMs / 1000), Math.ceil(laterMs / 1000)];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offsetMs(zone, middle * 1000) === after) high = middle;
    else low = middle;
  }
  return high * 1000;
}

function formatOf(zone: string): Intl.DateTimeFormat {
  let format = formats.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      calendar: 'iso8601',
      numberingSystem: 'latn',
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    formats.set(zone, format);
  }
  return format;
}
