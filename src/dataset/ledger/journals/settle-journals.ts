/** Changes what counts: the journals or the manifest. @module */
import { asStorageError, type FileSystem } from '../../../files/file-system.js';
import { removeFolder, syncFolder, unlinkIfThere } from '../../../files/folders.js';
import { FilePublisher, publishFile } from '../../../files/publish.js';
import type { OutputPaths } from '../../output-paths.js';
import type { RecordPlace } from '../record-index.js';
import { RecordReader } from '../record-reader.js';
import { donePath, findJournals, isDone, type JournalFile, settledPath } from './journal-files.js';
import { checkedLine } from './journal-line.js';

type Folders = Pick<OutputPaths, 'journalsFolder' | 'temporaryFolder'>;

/**
 * Writes the valid records into a journal that replaces the manifest and all earlier journals. From then on, until
 * {@link retireJournals}, records are read from journals only: so the manifest can be replaced at any time, and the record
 * of a missing image or of a retried item cannot come back.
 * @param generation that of the run; higher than that of any journal
 * @throws `disk-full`, `output-unwritable`; the earlier journals then still count
 */
export async function settleJournals(
  { journalsFolder, temporaryFolder }: Folders,
  generation: number,
  records: Iterable<RecordPlace>,
  fileSystem: FileSystem,
): Promise<void> {
  const path = settledPath(journalsFolder, generation);
  const publisher = await FilePublisher.open(path, { temporaryFolder, fileSystem });
  const reader = new RecordReader();
  try {
    for (const place of records) await publisher.write(checkedLine(await reader.readText(place)));
    await publisher.commit();
    await removeObsolete(journalsFolder, fileSystem);
  } catch (error) {
    await publisher.abort();
    throw asStorageError(error, path);
  } finally {
    await reader.close();
  }
}

/**
 * Removes the journals of a complete dataset, whose manifest and summary are published. No crash on the way can bring any
 * of them back.
 * @param generation that of the run
 */
export async function retireJournals(
  { journalsFolder, temporaryFolder }: Folders,
  generation: number,
  fileSystem: FileSystem,
): Promise<void> {
  await publishFile(donePath(journalsFolder, generation), '', { temporaryFolder, fileSystem });
  await removeRetired(journalsFolder, fileSystem);
}

/** Removes the journals of a dataset whose manifest replaces them: those that a crash on the way has left. */
export async function removeRetired(folder: string, fileSystem: FileSystem): Promise<void> {
  try {
    await removeObsolete(folder, fileSystem, isDone);
    // The marks must outlive what they mark.
    await syncFolder(folder, fileSystem);
    await removeFolder(folder, fileSystem);
  } catch (error) {
    throw asStorageError(error, folder);
  }
}

async function removeObsolete(
  folder: string,
  fileSystem: FileSystem,
  isKept: (journal: JournalFile) => boolean = () => false,
): Promise<void> {
  for (const journal of (await findJournals(folder)).obsolete)
    if (!isKept(journal)) await unlinkIfThere(journal.path, fileSystem);
}
