/**
 * What a repair still has to do. It is on disk before anything is moved, because the dataset no longer shows it once
 * it has changed: a repair that was interrupted continues with it.
 * @module
 */
import { join } from 'node:path';
import { z } from 'zod';
import { outputPaths } from '../../dataset/output-paths.js';
import { readJson } from '../../dataset/summary.js';
import { WildstyleError } from '../../errors.js';
import { exporterNames } from '../../export-formats.js';
import { asStorageError, type FileSystem } from '../../files/file-system.js';
import { unlinkIfThere } from '../../files/folders.js';
import { growing } from '../../files/growing.js';
import { publishFile } from '../../files/publish.js';

const noteSchema = growing({
  /** The items to make; null: all that have no record, because the dataset was complete. */
  only: z.array(z.string()).readonly().nullable(),
  /** Exports to write again. */
  exports: z.array(z.enum(exporterNames)).readonly(),
  /** Whether to write the report again. */
  report: z.boolean(),
  /** `digests.result` before the repair, if `dataset.json` was intact and the dataset complete. */
  result: z.string().nullable(),
  /** Whether the manifest was altered. */
  manifestAltered: z.boolean(),
});

export type RepairNote = z.output<typeof noteSchema>;

const pathOf = (root: string): string => join(outputPaths(root).workFolder, 'repair.json');

/** Returns what an interrupted repair has left to do; undefined if there was none. */
export async function readRepairNote(root: string): Promise<RepairNote | undefined> {
  const value = await readJson(pathOf(root));
  if (value === undefined) return undefined;
  const parsed = noteSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new WildstyleError('dataset-invalid', `${pathOf(root)} is damaged.`, {
    cure: 'Delete it, and repair the dataset again.',
  });
}

export async function writeRepairNote(root: string, note: RepairNote, fileSystem: FileSystem): Promise<void> {
  const { temporaryFolder } = outputPaths(root);
  await publishFile(pathOf(root), `${JSON.stringify(note)}\n`, { temporaryFolder, fileSystem });
}

/** @throws `output-unwritable`, `disk-failed`, `lock-lost` */
export async function removeRepairNote(root: string, fileSystem: FileSystem): Promise<void> {
  await unlinkIfThere(pathOf(root), fileSystem).catch((error) => {
    throw asStorageError(error, pathOf(root));
  });
}

/** Joins what is wrong now with what an interrupted repair has left. What is known about the time before it counts. */
export function joinedNote(found: RepairNote, earlier: RepairNote | undefined): RepairNote {
  if (!earlier) return found;
  const { only, result } = earlier;
  return {
    only: only && found.only && [...new Set([...only, ...found.only])],
    exports: [...new Set([...earlier.exports, ...found.exports])],
    report: earlier.report || found.report,
    result,
    manifestAltered: earlier.manifestAltered || found.manifestAltered,
  };
}
