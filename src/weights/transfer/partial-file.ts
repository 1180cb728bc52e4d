/**
 * What was downloaded so far. Pieces are flushed and then noted in a journal with their digests, so that after a power
 * failure only whole pieces count.
 * @module
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256 } from '../../files/digest.js';
import { asStorageError, nodeFileSystem, type OpenFile } from '../../files/file-system.js';
import { makeFolder, removeTree } from '../../files/folders.js';
import { openRegularFile } from '../../files/regular-file.js';

const pieceBytes = 4 << 20;

interface Piece {
  readonly bytes: number;
  readonly sha256: string;
}

/** An appendable file that survives interruptions. */
export class PartialFile {
  #pending: Uint8Array[] = [];
  #pendingBytes = 0;

  private constructor(
    private readonly folder: string,
    private readonly data: OpenFile,
    private readonly journal: OpenFile,
    private storedBytes: number,
  ) {}

  /**
   * Opens the file in a folder; starts over unless the folder holds a part of the same download.
   * @param identity of the download: address, version and spans
   * @throws `disk-full`, `output-unwritable`
   */
  static async open(folder: string, identity: string): Promise<PartialFile> {
    const [dataPath, journalPath] = [join(folder, 'data'), join(folder, 'pieces.jsonl')];
    const handles: OpenFile[] = [];
    const opened = async (path: string, flags: string) => {
      const handle = await nodeFileSystem.open(path, flags);
      handles.push(handle);
      return handle;
    };
    try {
      const lines = (await readFile(journalPath, 'utf8').catch(() => '')).split('\n').slice(0, -1);
      const isSame = lines.shift() === identity;
      if (!isSame) await removeTree(folder, nodeFileSystem);
      await makeFolder(folder);
      const pieces = isSame ? await validPieces(dataPath, lines) : [];
      const data = await opened(dataPath, 'a');
      const stored = pieces.reduce((sum, { bytes }) => sum + bytes, 0);
      await data.truncate(stored);
      const journal = await opened(journalPath, 'w');
      await journal.writeFile([identity, ...pieces.map((piece) => JSON.stringify(piece)), ''].join('\n'));
      return new PartialFile(folder, data, journal, stored);
    } catch (error) {
      for (const handle of handles) await handle.close().catch(() => {});
      throw asStorageError(error, folder);
    }
  }

  /** The number of bytes so far. */
  get bytes(): number {
    return this.storedBytes + this.#pendingBytes;
  }

  /** Appends bytes. @throws `disk-full`, `output-unwritable` */
  async append(chunk: Uint8Array): Promise<void> {
    this.#pending.push(chunk);
    this.#pendingBytes += chunk.length;
    if (this.#pendingBytes >= pieceBytes) await this.flush();
  }

  /** Makes everything so far survive. @throws `disk-full`, `output-unwritable` */
  async flush(): Promise<void> {
    const piece = Buffer.concat(this.#pending);
    if (piece.length === 0) return;
    try {
      // A write that failed may have left a part.
      await this.data.truncate(this.storedBytes);
      await this.data.writeFile(piece);
      await this.data.datasync();
      await this.journal.writeFile(
        `${JSON.stringify({ bytes: piece.length, sha256: sha256(piece) } satisfies Piece)}\n`,
      );
    } catch (error) {
      throw asStorageError(error, this.folder);
    }
    this.storedBytes += piece.length;
    this.#pending = [];
    this.#pendingBytes = 0;
  }

  /** The file that holds the bytes. */
  get path(): string {
    return join(this.folder, 'data');
  }

  async close(): Promise<void> {
    await this.data.close();
    await this.journal.close();
  }

  /** Deletes the file. */
  async remove(): Promise<void> {
    await removeTree(this.folder, nodeFileSystem);
  }
}

async function validPieces(dataPath: string, lines: readonly string[]): Promise<Piece[]> {
  const valid: Piece[] = [];
  let offset = 0;
  const { file } = await openRegularFile(dataPath);
  try {
    for (const line of lines) {
      const piece = parsePiece(line);
      if (!piece) break;
      const bytes = Buffer.alloc(piece.bytes);
      const { bytesRead } = await file.read(bytes, 0, bytes.length, offset);
      if (bytesRead !== bytes.length || sha256(bytes) !== piece.sha256) break;
      valid.push(piece);
      offset += piece.bytes;
    }
  } finally {
    await file.close();
  }
  return valid;
}

function parsePiece(line: string): Piece | undefined {
  try {
    const { bytes, sha256 } = JSON.parse(line) as Partial<Piece>;
    const isPiece = Number.isSafeInteger(bytes) && Number(bytes) > 0 && Number(bytes) <= 2 * pieceBytes;
    return isPiece && typeof sha256 === 'string' ? { bytes: Number(bytes), sha256 } : undefined;
  } catch {
    return undefined;
  }
}
