/**
 * Atomic publishing. A file appears under its final name complete or not at all, even if the disk fills up, the process
 * dies or the power fails. It is written to a temporary file on the same file system, flushed and renamed, and then its
 * folders are flushed, up to the one that also contains the temporary file.
 * @module
 */
import { randomUUID } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { sha256InPieces } from './digest.js';
import { asStorageError, type FileSystem, nodeFileSystem, type OpenFile } from './file-system.js';
import { commonFolder, makeFolder, removeEmptyFolders, syncFolders } from './folders.js';

/** Options for publishing files. */
export interface PublishOptions {
  /** The folder for temporary files, on the same file system as the final path. Created if missing. */
  readonly temporaryFolder: string;
  readonly fileSystem?: FileSystem;
}

/** Digest and size of a published file. */
export interface PublishedFile {
  readonly sha256: string;
  readonly bytes: number;
}

/** The extension of temporary files, which image loaders ignore. */
const temporaryExtension = '.tmp';
const flushAtCharacters = 1 << 18;
const maximumTries = 5;

/** A file being written. It appears at its final path only after {@link commit}. */
export class FilePublisher {
  readonly #hash = sha256InPieces();
  #pending = '';
  #bytes = 0;
  #closed = false;

  private constructor(
    private readonly finalPath: string,
    private readonly temporaryPath: string,
    private readonly commonFolder: string,
    private readonly file: OpenFile,
    private readonly fileSystem: FileSystem,
  ) {}

  /**
   * Creates the temporary file.
   * @throws `disk-full`, `output-unwritable`
   */
  static async open(finalPath: string, options: PublishOptions): Promise<FilePublisher> {
    const { temporaryFolder, fileSystem = nodeFileSystem } = options;
    const temporaryPath = join(
      temporaryFolder,
      `${basename(finalPath)}.${randomUUID()}${temporaryExtension}`,
    );
    try {
      await makeFolder(temporaryFolder, fileSystem);
      const file = await fileSystem.open(temporaryPath, 'wx');
      const common = commonFolder(resolve(dirname(finalPath)), resolve(temporaryFolder));
      return new FilePublisher(finalPath, temporaryPath, common, file, fileSystem);
    } catch (error) {
      throw asStorageError(error, finalPath);
    }
  }

  /**
   * Appends text or bytes. Short texts are buffered.
   * @throws `disk-full`, `output-unwritable`; the temporary file is then removed
   */
  async write(chunk: string | Uint8Array): Promise<void> {
    await this.#orAbort(async () => {
      if (typeof chunk === 'string') {
        this.#pending += chunk;
        if (this.#pending.length >= flushAtCharacters) await this.#flush();
      } else {
        await this.#flush();
        await this.#store(chunk);
      }
    });
  }

  /**
   * Moves the file to its final path, replacing any existing file.
   * @throws `disk-full`, `output-unwritable`; the temporary file is then removed. If only flushing the folder failed,
   * the complete file is at its final path but may not survive a power failure
   */
  async commit(): Promise<PublishedFile> {
    await this.#orAbort(async () => {
      await this.#flush();
      await this.file.sync();
      this.#closed = true;
      await this.file.close();
      await this.#moveIntoPlace();
    });
    return { sha256: this.#hash.digest('hex'), bytes: this.#bytes };
  }

  /** Discards the file and removes the temporary file. */
  async abort(): Promise<void> {
    // Ignore cleanup errors: they must not hide the error that caused the abort.
    if (!this.#closed) await this.file.close().catch(() => {});
    this.#closed = true;
    await this.fileSystem.unlink(this.temporaryPath).catch(() => {});
  }

  async #flush(): Promise<void> {
    if (this.#pending === '') return;
    const bytes = Buffer.from(this.#pending);
    this.#pending = '';
    await this.#store(bytes);
  }

  async #store(bytes: Uint8Array): Promise<void> {
    this.#hash.update(bytes);
    this.#bytes += bytes.byteLength;
    await this.file.writeFile(bytes);
  }

  async #moveIntoPlace(): Promise<void> {
    const folder = resolve(dirname(this.finalPath));
    const made: string[] = [];
    for (let triesLeft = maximumTries - 1; ; triesLeft--) {
      try {
        made.push(...(await makeFolder(folder, this.fileSystem)));
        await this.fileSystem.rename(this.temporaryPath, this.finalPath);
        break;
      } catch (error) {
        // Another that failed may have removed a folder that it had made, before this file was in it.
        if (triesLeft > 0 && (error as NodeJS.ErrnoException).code === 'ENOENT') continue;
        // Empty class folders break some data loaders.
        await removeEmptyFolders(made, this.fileSystem);
        throw error;
      }
    }
    await syncFolders(folder, this.commonFolder, this.fileSystem);
  }

  async #orAbort(action: () => Promise<void>): Promise<void> {
    try {
      await action();
    } catch (error) {
      await this.abort();
      throw asStorageError(error, this.finalPath);
    }
  }
}

/**
 * Publishes a file with the given content; see {@link FilePublisher}.
 * @throws `disk-full`, `output-unwritable`
 */
export async function publishFile(
  finalPath: string,
  bytes: string | Uint8Array,
  options: PublishOptions,
): Promise<PublishedFile> {
  const publisher = await FilePublisher.open(finalPath, options);
  await publisher.write(bytes);
  return publisher.commit();
}

/**
 * Removes temporary files left by runs that died or lost their lock. Call this while holding the lock of the output folder.
 * A run that lost its lock and does not know it yet then has nothing that it could still move to a final path.
 */
export async function sweepTemporaryFiles(
  temporaryFolder: string,
  fileSystem: FileSystem = nodeFileSystem,
): Promise<void> {
  try {
    for (const name of await readdir(temporaryFolder)) {
      if (name.endsWith(temporaryExtension)) await fileSystem.unlink(join(temporaryFolder, name));
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw asStorageError(error, temporaryFolder);
  }
}
