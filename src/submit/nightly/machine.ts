/** What a script must say about the machine it was written on, for machines that are set up in another way. @module */
import { closesAt, opensAt, type Window } from '../../calendar/window.js';
import { wallTimeMs } from '../../calendar/zone.js';

/** Returns the time zone to set: that of this machine, if a window depends on it. */
export function zoneToSet(windows: readonly Window[] | undefined, machineZone: string): string | undefined {
  return windows?.some(({ zone }) => zone === machineZone) ? machineZone : undefined;
}

/** Returns when a job may begin, if not now, in milliseconds since 1970. */
export function beginMs(windows: readonly Window[] | undefined, nowMs: number): number | undefined {
  if (!windows || closesAt(windows, nowMs) !== undefined) return undefined;
  const atMs = opensAt(windows, nowMs);
  return Number.isFinite(atMs) ? atMs : undefined;
}

/** Returns a time as `sbatch --begin` reads it, on a machine in a time zone: `2026-11-27T22:00:00`. */
export function slurmTime(atMs: number, machineZone: string): string {
  return new Date(wallTimeMs(machineZone, atMs)).toISOString().slice(0, 19);
}
