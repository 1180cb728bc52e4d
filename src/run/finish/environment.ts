/** Where a dataset was made. @module */
import { cpus } from 'node:os';
import type { StylizedRecord } from '../../dataset/ledger/record.js';

/** Versions, platform and processor; the engine is that of the first record. */
export function environmentOf(records: readonly StylizedRecord[]): Record<string, unknown> {
  return {
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    processor: cpus()[0]?.model ?? 'unknown',
    engine: records[0]?.engine ?? null,
  };
}
