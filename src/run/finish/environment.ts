/** The environment in which a dataset was made. @module */
import { cpus } from 'node:os';
import type { StylizedRecord } from '../../dataset/ledger/record.js';
import type { Job } from '../../job/schema.js';

/** Returns versions, platform, processor and batch. The engine is taken from the first record. */
export function environmentOf(
  records: readonly StylizedRecord[],
  { batch }: Pick<Job['run'], 'batch'>,
): Record<string, unknown> {
  return {
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    processor: cpus()[0]?.model ?? 'unknown',
    engine: records[0]?.engine ?? null,
    // Shows in the last digits of an image.
    batch,
  };
}
