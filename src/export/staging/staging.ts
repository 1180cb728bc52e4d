/**
 * Staging of an export. Its files are written below the working folder of the dataset and move to `exports/<name>/`
 * together, so an export is there completely or not at all. What an interrupted export has committed is kept: the next
 * one with the same identity takes it from there.
 * @module
 */
import { opendir, readdir } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { exportsFolderName, outputPaths } from '../../dataset/output-paths.js';
import { sha256OfFile } from '../../files/digest.js';
import { asStorageError, type FileSystem, writeWhole } from '../../files/file-system.js';
import { makeFolder, removeTree, syncFolder } from '../../files/folders.js';
import { FilePublisher, type PublishedFile } from '../../files/publish.js';
import { ExportFile } from './export-file.js';
import { readStagingJournal, StagingJournal } from './staging-journal.js';

/** The files of an export in progress. The caller holds the lock of the dataset. */
export class Staging {
  /** The files of this export so far, in the order in which it asked for them. */
  readonly #digests = new Map<string, string>();
  readonly #opened: ExportFile[] = [];
  readonly #folders = new Set<string>();
  #making: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly root: string,
    private readonly name: string,
    private readonly paths: StagingPaths,
    private readonly journal: StagingJournal,
    private readonly kept: ReadonlyMap<string, PublishedFile>,
    private readonly fileSystem: FileSystem,
  ) {}

  /**
   * Opens the staging folder. Files of an interrupted export with the same identity can be reused if their bytes are still
   * those that were committed; those of another export are deleted.
   * @throws `disk-full`, `output-unwritable`
   */
  static async open(root: string, name: string, identity: string, fileSystem: FileSystem): Promise<Staging> {
    const paths = stagingPaths(root, name);
    const committed = await readStagingJournal(paths.journal, identity);
    try {
      // The last step before `dataset.json` moves the files. If that was interrupted, move them back.
      if (committed && !(await exists(paths.files)) && (await exists(paths.published))) {
        await fileSystem.rename(paths.published, paths.files);
      }
      const kept = new Map<string, PublishedFile>();
      for (const [file, published] of committed ?? []) {
        const sha256 = await sha256OfFile(join(paths.files, file)).catch(() => undefined);
        if (sha256 === published.sha256) kept.set(file, published);
      }
      if (!committed) await removeTree(paths.files, fileSystem);
      await makeFolder(paths.files, fileSystem);
      const journal = await StagingJournal.begin(paths.journal, identity, kept, fileSystem);
      return new Staging(root, name, paths, journal, kept, fileSystem);
    } catch (error) {
      throw asStorageError(error, paths.files);
    }
  }

  /** Takes a file that an interrupted export has committed. */
  reuse(file: string): PublishedFile | undefined {
    const published = this.kept.get(file);
    if (published) this.#digests.set(file, published.sha256);
    return published;
  }

  /** Opens a file. @throws `disk-full`, `output-unwritable` */
  async openFile(file: string): Promise<ExportFile> {
    const { temporaryFolder } = outputPaths(this.root);
    const publisher = await FilePublisher.open(join(this.paths.files, file), {
      temporaryFolder,
      fileSystem: this.fileSystem,
    });
    const opened = new ExportFile(publisher, async (published) => {
      this.#digests.set(file, published.sha256);
      await this.journal.add(file, published);
    });
    this.#opened.push(opened);
    return opened;
  }

  /**
   * Adds a file with a known digest, unless an interrupted export has it already. For many small files: they need no line
   * in the journal.
   * @param read returns the bytes
   * @throws `disk-full`, `output-unwritable`
   */
  async copy(file: string, sha256: string, read: () => Promise<Uint8Array>): Promise<void> {
    this.#digests.set(file, sha256);
    const to = join(this.paths.files, file);
    const found = await sha256OfFile(to).catch(() => undefined);
    if (found === sha256) return;
    const bytes = await read();
    try {
      await this.#makeFolder(dirname(to));
      await writeWhole(to, bytes, { fileSystem: this.fileSystem, isFlushed: true });
    } catch (error) {
      throw asStorageError(error, to);
    }
  }

  /** The digests of all files, by path relative to the dataset. */
  digests(): Record<string, string> {
    const folder = `${exportsFolderName}/${this.name}`;
    return Object.fromEntries([...this.#digests].map(([file, sha256]) => [`${folder}/${file}`, sha256]));
  }

  /**
   * Moves the files into place and then lets `dataset.json` be published. An earlier export is deleted last.
   * @throws `disk-full`, `output-unwritable`
   */
  async publish(publishSummary: () => Promise<unknown>): Promise<void> {
    const { files, published, retired, journal } = this.paths;
    const { fileSystem } = this;
    try {
      await deleteOthers(files, this.#digests, fileSystem);
      await removeTree(retired, fileSystem);
      await makeFolder(dirname(published), fileSystem);
      if (await exists(published)) await fileSystem.rename(published, retired);
      await fileSystem.rename(files, published);
      await syncFolder(dirname(published), fileSystem);
      await publishSummary();
      await this.journal.close();
      await this.journal.remove();
      await removeTree(retired, fileSystem);
    } catch (error) {
      throw asStorageError(error, journal);
    }
  }

  /** One at a time: a call that fails removes the folders that it made, which others may be about to use. */
  async #makeFolder(folder: string): Promise<void> {
    if (this.#folders.has(folder)) return;
    this.#making = this.#making.then(() => makeFolder(folder, this.fileSystem));
    await this.#making;
    this.#folders.add(folder);
  }

  /** Ends an export that failed. What it has committed stays for the next one. */
  async abort(): Promise<void> {
    for (const file of this.#opened) await file.abort();
    await this.journal.close().catch(() => {});
  }
}

interface StagingPaths {
  /** Where the files wait. */
  readonly files: string;
  readonly journal: string;
  readonly published: string;
  /** The earlier export, until it is deleted. */
  readonly retired: string;
}

function stagingPaths(root: string, name: string): StagingPaths {
  const folder = join(outputPaths(root).workFolder, exportsFolderName);
  return {
    files: join(folder, name),
    journal: join(folder, `${name}.jsonl`),
    published: join(root, exportsFolderName, name),
    retired: join(folder, `${name}.earlier`),
  };
}

/** Deletes the files that are not listed, and flushes all folders. */
async function deleteOthers(
  folder: string,
  listed: ReadonlyMap<string, unknown>,
  fileSystem: FileSystem,
): Promise<void> {
  const folders = [folder];
  // A few entries at a time: all of 200,000 files take 70 MB. The list grows while it is read.
  for (const each of folders) {
    for await (const entry of await opendir(each, { bufferSize: 1000 })) {
      const path = join(each, entry.name);
      if (entry.isDirectory()) folders.push(path);
      else if (!listed.has(relative(folder, path).replaceAll('\\', '/'))) await fileSystem.unlink(path);
    }
  }
  for (const each of folders) await syncFolder(each, fileSystem);
}

async function exists(folder: string): Promise<boolean> {
  return readdir(folder).then(
    () => true,
    () => false,
  );
}
