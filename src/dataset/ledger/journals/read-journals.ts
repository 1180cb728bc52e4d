/** Reads the journals of a folder into an index. @module */
import { WildstyleError } from '../../../errors.js';
import { asMachineError } from '../../../files/file-system.js';
import { readByteLines } from '../../../files/lines.js';
import { NotAFile } from '../../../files/regular-file.js';
import { RecordIndex } from '../record-index.js';
import { parseHead } from '../record-line.js';
import { findJournals, type JournalFile, type Journals, notAJournal } from './journal-files.js';
import { checkedBytes, recordStart } from './journal-line.js';

/** The records in the journals that count. */
export interface JournaledRecords {
  readonly journals: Journals;
  readonly records: RecordIndex;
  /** Damaged lines, as `<journal>:<line>`. Their images are made again. */
  readonly damaged: readonly string[];
}

/**
 * Reads the journals that count. Skips lines whose checksum is wrong; a last line that is not whole is what a crash leaves,
 * and does not count as damaged.
 * @returns an empty index if the folder does not exist, or if the manifest replaces the journals
 * @throws `dataset-invalid` for a line that is not damaged, but no record of this version
 */
export async function readJournals(folder: string): Promise<JournaledRecords> {
  const journals = await findJournals(folder);
  const records = new RecordIndex();
  const damaged: string[] = [];
  for (const journal of journals.current) await readJournal(journal, records, damaged);
  return { journals, records, damaged };
}

async function readJournal(journal: JournalFile, into: RecordIndex, damaged: string[]): Promise<void> {
  try {
    await readLinesOf(journal, into, damaged);
  } catch (cause) {
    if (cause instanceof WildstyleError) throw cause;
    const { name, path } = journal;
    if (cause instanceof NotAFile) throw notAJournal(name, path, cause);
    throw asMachineError(cause, path) ?? cause;
  }
}

async function readLinesOf({ name, path }: JournalFile, into: RecordIndex, damaged: string[]): Promise<void> {
  for await (const { bytes: line, number, ended, offsetBytes, lengthBytes } of readByteLines(path)) {
    if (!ended) continue;
    const bytes = checkedBytes(line);
    const place = {
      source: path,
      offsetBytes: offsetBytes + recordStart,
      lengthBytes: lengthBytes - recordStart,
    };
    if (!bytes) damaged.push(`${name}:${number}`);
    else if (!into.add(parseHead(bytes), place)) {
      throw new WildstyleError('dataset-invalid', `${name}:${number}: not a record of this version`, {
        cure: 'Finish the dataset with the version of wildstyle that started it.',
      });
    }
  }
}
