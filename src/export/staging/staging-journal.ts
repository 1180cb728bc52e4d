/** The journal of an export in progress: a first line says what is exported, then a line for each committed file. @module */
import { dirname } from 'node:path';
import { z } from 'zod';
import { asStorageError, type FileSystem, type OpenFile } from '../../files/file-system.js';
import { makeFolder, unlinkIfThere } from '../../files/folders.js';
import { readLines } from '../../files/lines.js';
import type { PublishedFile } from '../../files/publish.js';

const identitySchema = z.object({ export: z.string() });
const fileSchema = z.object({ file: z.string(), sha256: z.string(), bytes: z.number() });

/** Returns the committed files of an interrupted export, by name; undefined if there is none, or it was another one. */
export async function readStagingJournal(
  path: string,
  identity: string,
): Promise<Map<string, PublishedFile> | undefined> {
  const files = new Map<string, PublishedFile>();
  let isSame = false;
  try {
    for await (const { text, number, ended } of readLines(path)) {
      // A crash may have left half a line.
      if (!ended) break;
      const value: unknown = JSON.parse(text);
      if (number > 1) {
        const { file, sha256, bytes } = fileSchema.parse(value);
        files.set(file, { sha256, bytes });
      } else isSame = identitySchema.parse(value).export === identity;
    }
  } catch {
    // A journal that cannot be read is no reason to fail: the export starts over.
    return undefined;
  }
  return isSame ? files : undefined;
}

/** An open journal. */
export class StagingJournal {
  private constructor(
    private readonly path: string,
    private readonly file: OpenFile,
    private readonly fileSystem: FileSystem,
  ) {}

  /** Starts a journal with the files that are kept. @throws `disk-full`, `output-unwritable` */
  static async begin(
    path: string,
    identity: string,
    kept: ReadonlyMap<string, PublishedFile>,
    fileSystem: FileSystem,
  ): Promise<StagingJournal> {
    try {
      await makeFolder(dirname(path), fileSystem);
      const file = await fileSystem.open(path, 'w');
      const journal = new StagingJournal(path, file, fileSystem);
      const lines = [...kept].map(([name, published]) => ({ file: name, ...published }));
      try {
        await journal.#append([{ export: identity }, ...lines]);
      } catch (error) {
        await file.close().catch(() => {});
        throw error;
      }
      return journal;
    } catch (error) {
      throw asStorageError(error, path);
    }
  }

  /** Appends a committed file. It is on disk when the promise resolves. @throws `disk-full`, `output-unwritable` */
  async add(name: string, published: PublishedFile): Promise<void> {
    await this.#append([{ file: name, ...published }]);
  }

  async close(): Promise<void> {
    await this.file.close();
  }

  async remove(): Promise<void> {
    await unlinkIfThere(this.path, this.fileSystem);
  }

  async #append(lines: readonly object[]): Promise<void> {
    try {
      await this.file.writeFile(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
      await this.file.datasync();
    } catch (error) {
      throw asStorageError(error, this.path);
    }
  }
}
