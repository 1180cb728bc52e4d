/**
 * The journals of a folder, and which of them count. The name of a journal begins with the generation of the run that wrote
 * it, so that a run that was suspended cannot write to a journal of its successor, and later records are told from earlier
 * ones.
 *
 * - `000007-settled.jsonl` replaces the manifest and all journals of earlier generations: see `settleJournals`.
 * - `000007-done.jsonl` says that the manifest replaces all journals up to this generation: see `retireJournals`.
 *
 * Both appear by a rename, so each change of what counts happens in one step.
 * @module
 */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { WildstyleError } from '../../../errors.js';
import { asStorageError } from '../../../files/file-system.js';

/** A journal. */
export interface JournalFile {
  /** File name. */
  readonly name: string;
  readonly path: string;
  readonly generation: number;
  readonly writer: string;
}

/** The journals of a folder. */
export interface Journals {
  /** Those that count, in the order in which later records replace earlier ones. Empty unless {@link isSettled}. */
  readonly current: readonly JournalFile[];
  /** Whether the journals replace the manifest. */
  readonly isSettled: boolean;
  readonly obsolete: readonly JournalFile[];
  /** The highest generation; 0 if there is no journal. */
  readonly generation: number;
}

const settled = 'settled';
const done = 'done';
const namePattern = /^(\d{6,15})-([\w-]{1,100})\.jsonl$/;

/** Returns the path of a journal. @param writer the worker */
export function journalPath(folder: string, generation: number, writer: number | string): string {
  return join(folder, `${String(generation).padStart(6, '0')}-${writer}.jsonl`);
}

/** Returns the path of the journal that replaces all of earlier generations. */
export const settledPath = (folder: string, generation: number): string =>
  journalPath(folder, generation, settled);

/** Returns the path of the mark that the manifest replaces all journals. */
export const donePath = (folder: string, generation: number): string => journalPath(folder, generation, done);

/** Whether a journal is the mark that the manifest replaces all journals. */
export const isDone = ({ writer }: JournalFile): boolean => writer === done;

/** Lists the journals of a folder. It may not exist. @throws `dataset-invalid` if a folder has the name of a journal */
export async function findJournals(folder: string): Promise<Journals> {
  const files = await journalFiles(folder);
  const last = (writer: string) => files.findLast((file) => file.writer === writer)?.generation ?? 0;
  const [settledAt, doneAt] = [last(settled), last(done)];
  const isSettled = settledAt > doneAt;
  const counts = (file: JournalFile) => isSettled && file.generation >= settledAt;
  return {
    current: files.filter(counts),
    obsolete: files.filter((file) => !counts(file)),
    isSettled,
    generation: files.at(-1)?.generation ?? 0,
  };
}

/** Sorted by generation; the settled one is the first of its generation. */
async function journalFiles(folder: string): Promise<JournalFile[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw asStorageError(error, folder);
  });
  const rank = ({ writer }: JournalFile) => (writer === settled ? 0 : 1);
  return entries
    .flatMap((entry) => {
      const { name } = entry;
      const [, digits, writer] = namePattern.exec(name) ?? [];
      if (digits === undefined || writer === undefined) return [];
      const path = join(folder, name);
      // Also one that does not count: it could not be removed later.
      if (entry.isDirectory()) throw notAJournal(name, path);
      return [{ name, path, generation: Number(digits), writer }];
    })
    .sort((a, b) => a.generation - b.generation || rank(a) - rank(b) || (a.name < b.name ? -1 : 1));
}

/** Returns the error for something with the name of a journal that is not a file. */
export function notAJournal(name: string, path: string, cause?: unknown): WildstyleError {
  return new WildstyleError('dataset-invalid', `${path}: not a file`, {
    cure: `Remove it: wildstyle writes no folder, pipe or device named ${name}.`,
    cause,
  });
}
