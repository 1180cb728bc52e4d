/** Helpers to read records of any kind and status. @module */
import type { ItemRecord } from '../../src/dataset/ledger/record.js';
import type { ByRole, Role } from '../../src/stylize/role.js';

/** Returns the path of a source; undefined if the item does not use the role. */
export function sourcePath({ sources }: Pick<ItemRecord, 'sources'>, role: Role): string | undefined {
  return (sources as ByRole<{ readonly path: string }>)[role]?.path;
}

/** Returns the error code of a failed item; undefined for a complete one. */
export function errorCode(record: ItemRecord): string | undefined {
  return record.status === 'failed' ? record.error.code : undefined;
}
