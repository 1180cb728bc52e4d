/** The environment in which a dataset was made. @module */
import { cpus } from 'node:os';
import type { StylizedRecord } from '../../dataset/ledger/record.js';
import type { Prepared } from '../preparing/prepare.js';

/** Returns versions, platform, processor, batch and weights. The engine is taken from the first record. */
export function environmentOf(
  records: readonly StylizedRecord[],
  { job, rights }: Pick<Prepared, 'job' | 'rights'>,
): Record<string, unknown> {
  return {
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    processor: cpus()[0]?.model ?? 'unknown',
    engine: records[0]?.engine ?? null,
    // Shows in the last digits of an image.
    batch: job.run.batch,
    ...(rights.length > 0 && { weights: rights }),
  };
}
