/** Checks the metadata of the splits against the manifest, row by row, while both are read. @module */
import { sha256InPieces } from '../../files/digest.js';
import { type Line, readLines } from '../../files/lines.js';
import { type MetadataRow, metadataRow } from '../ledger/metadata-row.js';
import type { CompleteRecord } from '../ledger/record.js';
import { outputPaths, splitMetadataName, splitOfFile } from '../output-paths.js';
import type { DatasetSummary } from '../summary.js';
import type { DatasetProblem } from './dataset-problem.js';
import { staysInside } from './verify-image.js';

/** The state of reading the metadata of one split. */
interface Split {
  readonly lines: AsyncGenerator<Line>;
  readonly digest: ReturnType<typeof sha256InPieces>;
  differs: boolean;
}

/**
 * Takes the complete records in manifest order and reports the first difference in each split. Compares the columns that
 * the dataset declares; for columns of later versions, it relies on the digest of the file.
 */
export class MetadataCheck {
  readonly problems: DatasetProblem[] = [];
  readonly #splits = new Map<string, Split>();
  readonly #columns: readonly string[] | undefined;
  readonly #digests: Readonly<Record<string, string>>;

  /** @param summary undefined if it cannot be read; rows must then have the columns of this version */
  constructor(
    private readonly root: string,
    summary: DatasetSummary | undefined,
  ) {
    this.#columns = summary?.columns.map(({ name }) => name);
    this.#digests = summary?.digests.metadata ?? {};
  }

  /** Compares a record with the next row of its split. */
  async add(record: CompleteRecord): Promise<void> {
    const [name, fileName] = splitOfFile(record.file);
    const split = this.#splitOf(name);
    if (split.differs) return;
    const line = await this.#next(name, split);
    if (split.differs) return;
    if (line === undefined) {
      this.#report(name, split, `the row of ${fileName} and all rows after it are missing`);
    } else if (!line.ended || line.text !== this.#expected(metadataRow(record, fileName), line.text)) {
      this.#report(name, split, `line ${line.number} does not match the record of ${fileName}`);
      await split.lines.return(undefined);
    }
  }

  /** Reports rows without a record, and files whose digest differs. */
  async finish(): Promise<void> {
    for (const name of Object.keys(this.#digests).filter(staysInside)) this.#splitOf(name);
    for (const [name, split] of this.#splits) {
      if (split.differs) continue;
      const line = await this.#next(name, split);
      if (line) this.#report(name, split, `line ${line.number} and all lines after it have no record`);
      await split.lines.return(undefined);
      const digest = split.digest.digest('hex');
      const recorded = this.#digests[name];
      if (!split.differs && recorded !== undefined && digest !== recorded)
        this.#report(name, split, `sha256 is ${digest}, expected ${recorded}`);
    }
  }

  #splitOf(name: string): Split {
    let split = this.#splits.get(name);
    if (!split) {
      const lines = readLines(outputPaths(this.root).splitMetadata(name));
      split = { lines, digest: sha256InPieces(), differs: false };
      this.#splits.set(name, split);
    }
    return split;
  }

  async #next(name: string, split: Split): Promise<Line | undefined> {
    try {
      const { done, value } = await split.lines.next();
      if (done) return undefined;
      split.digest.update(value.ended ? `${value.text}\n` : value.text);
      return value;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#report(name, split, `cannot be read: ${reason}`);
      return undefined;
    }
  }

  /** Returns the expected text of a row in the columns of the dataset. Unknown columns keep the values they have. */
  #expected(row: MetadataRow, text: string): string | undefined {
    if (!this.#columns) return JSON.stringify(row);
    try {
      const found = JSON.parse(text) as Record<string, unknown>;
      const cells = this.#columns.map((name) => [name, Object.hasOwn(row, name) ? row[name] : found[name]]);
      return JSON.stringify(Object.fromEntries(cells));
    } catch {
      return undefined;
    }
  }

  #report(name: string, split: Split, message: string): void {
    split.differs = true;
    this.problems.push({ code: 'metadata-differs', file: `${name}/${splitMetadataName}`, message });
  }
}
