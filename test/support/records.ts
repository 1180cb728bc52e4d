/** What tests ask of a record, whatever its kind and status. @module */
import type { ItemRecord } from '../../src/dataset/ledger/record.js';
import type { ByRole, Role } from '../../src/stylize/role.js';

/** The path of a source; undefined for a role that the item does not use. */
export function sourcePath({ sources }: Pick<ItemRecord, 'sources'>, role: Role): string | undefined {
  return (sources as ByRole<{ readonly path: string }>)[role]?.path;
}

/** Why an item failed; undefined for one that was made. */
export function errorCode(record: ItemRecord): string | undefined {
  return record.status === 'failed' ? record.error.code : undefined;
}
