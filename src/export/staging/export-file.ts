/** A file of an export that is being written. Gathers small pieces, because an archive has several for each image. @module */
import type { FilePublisher, PublishedFile } from '../../files/publish.js';

const gatheredBytes = 1 << 20;

/** A file being written; see {@link FilePublisher}. */
export class ExportFile {
  #gathered: Uint8Array[] = [];
  #bytes = 0;

  /** @param onCommit called with the digest when the file is complete, before {@link commit} returns */
  constructor(
    private readonly publisher: FilePublisher,
    private readonly onCommit: (published: PublishedFile) => Promise<void>,
  ) {}

  /**
   * Appends text or bytes. The bytes must not change until {@link commit} returns.
   * @throws `disk-full`, `output-unwritable`
   */
  async write(chunk: string | Uint8Array): Promise<void> {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    this.#gathered.push(bytes);
    this.#bytes += bytes.byteLength;
    if (this.#bytes >= gatheredBytes) await this.#flush();
  }

  /** Completes the file. @throws `disk-full`, `output-unwritable` */
  async commit(): Promise<PublishedFile> {
    await this.#flush();
    const published = await this.publisher.commit();
    await this.onCommit(published);
    return published;
  }

  /** Discards the file. Does nothing if it is complete. */
  async abort(): Promise<void> {
    await this.publisher.abort();
  }

  async #flush(): Promise<void> {
    if (this.#bytes === 0) return;
    const bytes =
      this.#gathered.length === 1 ? this.#gathered[0] : Buffer.concat(this.#gathered, this.#bytes);
    this.#gathered = [];
    this.#bytes = 0;
    await this.publisher.write(bytes);
  }
}
