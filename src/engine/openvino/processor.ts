/** What the processor computes natively. @module */
import { readFileSync } from 'node:fs';

/** The flags of the first processor; empty where the system does not tell. */
function processorFlags(): string[] {
  try {
    return /^flags\s*:(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1].trim().split(' ') ?? [];
  } catch {
    return [];
  }
}

/**
 * Whether the processor multiplies matrices of bf16 natively (AMX). AVX-512 alone has bf16, too, but is slower with it
 * than with float32.
 */
export function hasNativeBf16(flags: readonly string[] = processorFlags()): boolean {
  return flags.includes('amx_bf16') && flags.includes('amx_tile');
}
