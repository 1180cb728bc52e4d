/**
 * Staging of an export. Its files are written below the working folder of the dataset and move to `exports/<name>/`
 * together, so an export is there completely or not at all. What an interrupted export has committed is kept: the next
 * one with the same identity takes it from there.
 * @module
 */
import { copyFile, link, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { exportsFolderName, outputPaths } from '../../dataset/output-paths.js';
import { sha256OfFile } from '../../files/digest.js';
import { asStorageError } from '../../files/file-system.js';
import { FilePublisher, type PublishedFile, syncFolder } from '../../files/publish.js';
import { ExportFile } from './export-file.js';
import { readStagingJournal, StagingJournal } from './staging-journal.js';

/** The files of an export in progress. The caller holds the lock of the dataset. */
export class Staging {
  /** The files of this export so far, in the order in which it asked for them. */
  readonly #digests = new Map<string, string>();
  readonly #opened: ExportFile[] = [];

  private constructor(
    private readonly root: string,
    private readonly name: string,
    private readonly paths: StagingPaths,
    private readonly journal: StagingJournal,
    private readonly kept: ReadonlyMap<string, PublishedFile>,
  ) {}

  /**
   * Opens the staging folder. Keeps the files of an interrupted export with the same identity whose bytes are still those
   * that were committed, and deletes all others.
   * @throws `disk-full`, `output-unwritable`
   */
  static async open(root: string, name: string, identity: string): Promise<Staging> {
    const paths = stagingPaths(root, name);
    const committed = await readStagingJournal(paths.journal, identity);
    try {
      // The last step before `dataset.json` moves the files. If that was interrupted, move them back.
      if (committed && !(await exists(paths.files)) && (await exists(paths.published))) {
        await rename(paths.published, paths.files);
      }
      const kept = new Map<string, PublishedFile>();
      for (const [file, published] of committed ?? []) {
        const sha256 = await sha256OfFile(join(paths.files, file)).catch(() => undefined);
        if (sha256 === published.sha256) kept.set(file, published);
      }
      if (kept.size > 0) await deleteOthers(paths.files, kept);
      else await rm(paths.files, { recursive: true, force: true });
      await mkdir(paths.files, { recursive: true });
      return new Staging(root, name, paths, await StagingJournal.begin(paths.journal, identity, kept), kept);
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
    const publisher = await FilePublisher.open(join(this.paths.files, file), { temporaryFolder });
    const opened = new ExportFile(publisher, async (published) => {
      this.#digests.set(file, published.sha256);
      await this.journal.add(file, published);
    });
    this.#opened.push(opened);
    return opened;
  }

  /**
   * Adds an existing file of the dataset: as a hard link, or as a copy where the file system has no links.
   * @throws `disk-full`, `output-unwritable`
   */
  async link(from: string, file: string, sha256: string): Promise<void> {
    const to = join(this.paths.files, file);
    try {
      await mkdir(dirname(to), { recursive: true });
      await link(from, to).catch(() => copyFile(from, to));
    } catch (error) {
      throw asStorageError(error, to);
    }
    this.#digests.set(file, sha256);
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
    try {
      await syncFolder(files);
      await rm(retired, { recursive: true, force: true });
      await mkdir(dirname(published), { recursive: true });
      if (await exists(published)) await rename(published, retired);
      await rename(files, published);
      await syncFolder(dirname(published));
      await publishSummary();
      await this.journal.close();
      await this.journal.remove();
      await rm(retired, { recursive: true, force: true });
    } catch (error) {
      throw asStorageError(error, journal);
    }
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

async function deleteOthers(folder: string, kept: ReadonlyMap<string, unknown>): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    if (entry.isDirectory()) continue;
    const path = join(entry.parentPath, entry.name);
    if (!kept.has(path.slice(folder.length + 1).replaceAll('\\', '/'))) await rm(path, { force: true });
  }
}

async function exists(folder: string): Promise<boolean> {
  return readdir(folder).then(
    () => true,
    () => false,
  );
}
