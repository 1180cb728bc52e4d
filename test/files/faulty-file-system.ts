/** A file system whose n-th operation fails. @module */
import { type FileSystem, nodeFileSystem, type OpenFile } from '../../src/files/file-system.js';

/** A real file system on which one operation fails. A failing write leaves half of its data, as a full disk does. */
export class FaultyFileSystem implements FileSystem {
  /** The operations attempted so far. */
  readonly operations: string[] = [];

  /** @param failAt index of the operation that fails, starting at 1 */
  constructor(
    private readonly failAt: number,
    private readonly code = 'ENOSPC',
  ) {}

  /** Whether the failing operation has been reached. */
  get failed(): boolean {
    return this.operations.length >= this.failAt;
  }

  async open(path: string, flags: string): Promise<OpenFile> {
    await this.#attempt('open');
    const file = await nodeFileSystem.open(path, flags);
    return {
      writeFile: async (data) => {
        await this.#attempt('write', () => file.writeFile(Buffer.from(data).subarray(0, data.length / 2)));
        await file.writeFile(data);
      },
      sync: () => this.#attempt('sync').then(() => file.sync()),
      datasync: () => this.#attempt('datasync').then(() => file.datasync()),
      truncate: (length) => this.#attempt('truncate').then(() => file.truncate(length)),
      utimes: (accessed, modified) => this.#attempt('utimes').then(() => file.utimes(accessed, modified)),
      // A failing close still closes the file.
      close: () => this.#attempt('close', () => file.close()).then(() => file.close()),
    };
  }

  async mkdir(path: string): Promise<void> {
    await this.#attempt('mkdir');
    await nodeFileSystem.mkdir(path);
  }

  async link(from: string, to: string): Promise<void> {
    await this.#attempt('link');
    await nodeFileSystem.link(from, to);
  }

  async rename(from: string, to: string): Promise<void> {
    await this.#attempt('rename');
    await nodeFileSystem.rename(from, to);
  }

  async unlink(path: string): Promise<void> {
    await this.#attempt('unlink');
    await nodeFileSystem.unlink(path);
  }

  async rmdir(path: string): Promise<void> {
    await this.#attempt('rmdir');
    await nodeFileSystem.rmdir(path);
  }

  async #attempt(operation: string, leaveBehind?: () => Promise<void>): Promise<void> {
    this.operations.push(operation);
    if (this.operations.length !== this.failAt) return;
    await leaveBehind?.();
    throw Object.assign(new Error(`${this.code}: injected failure of ${operation}`), { code: this.code });
  }
}
