/** The peak memory of this process. @module */
import { readFileSync, writeFileSync } from 'node:fs';

/** Forgets the peak so far, where the system can. */
export function resetPeak(): void {
  try {
    writeFileSync('/proc/self/clear_refs', '5');
  } catch {
    // Loading the weights stays part of the peak.
  }
}

/** Peak resident memory of this process. Where the system tells it in no other way, at least that of its parent. */
export function peakBytes(): number {
  try {
    const [, kilobytes] = /VmHWM:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
    if (kilobytes) return Number(kilobytes) * 1024;
  } catch {
    // Not Linux.
  }
  return process.resourceUsage().maxRSS * 1024;
}
