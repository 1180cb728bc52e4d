/** The environment in which a dataset was made. @module */
import { cpus } from 'node:os';
import type { StylizedRecord } from '../../dataset/ledger/record.js';

/** Returns versions, platform and processor. The engine is taken from the first record. */
export function environmentOf(records: readonly StylizedRecord[]): Record<string, unknown> {
  return {
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    processor: cpus()[0]?.model ?? 'unknown',
    engine: records[0]?.engine ?? null,
  };
}
