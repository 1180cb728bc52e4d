/** Formats durations, sizes and numbers for people. @module */
import type { WindowsNeeded } from '../calendar/window.js';
import { formatInstant, localZone } from '../calendar/zone.js';
import { formatDuration } from '../duration.js';

export { formatDuration } from '../duration.js';

/** Formats an estimated duration: `about 8 s`, `less than a second`. */
export function formatEstimate(ms: number): string {
  return ms < 500 ? formatDuration(0) : `about ${formatDuration(ms)}`;
}

/** Formats a number of windows and the end of the work: `3 nights, done about Mon 2026-11-30 04:10`. */
export function windowsNeededText({ windows, areNights, endsAtMs }: WindowsNeeded): string {
  const noun = areNights ? 'night' : 'window';
  return `${windows} ${noun}${windows === 1 ? '' : 's'}, done about ${formatInstant(localZone(), endsAtMs)}`;
}

/** Formats a size in powers of ten: `1.2 MB`. */
export function formatBytes(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];
  const rounded = Number(bytes.toPrecision(3));
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, rounded)) / 3));
  return `${formatNumber(power === 0 ? Math.round(bytes) : bytes / 1000 ** power)} ${units[power]}`;
}

/** Formats a number with three significant digits: `0.5`, `24.3`, `1230`. */
export function formatNumber(value: number): string {
  return String(Number(value.toPrecision(3)));
}
