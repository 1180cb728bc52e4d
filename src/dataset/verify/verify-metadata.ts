/** Checking the metadata of the splits against the manifest, row by row, as both are read. @module */

import { type Line, readLines } from '../../files/lines.js';
import { metadataRow } from '../ledger/metadata-row.js';
import type { ItemRecord } from '../ledger/record.js';
import { outputPaths, splitMetadataName, splitOfFile } from '../output-paths.js';
import type { DatasetProblem } from './dataset-problem.js';

/** Takes the complete records in the order of the manifest; tells the first difference of each split. */
export class MetadataCheck {
  readonly problems: DatasetProblem[] = [];
  readonly #splits = new Map<string, AsyncGenerator<Line> | 'different'>();

  constructor(private readonly root: string) {}

  /** Compares the next row of the record's split. */
  async add(record: ItemRecord): Promise<void> {
    const [split, fileName] = splitOfFile(record.file ?? '');
    const lines = this.#splits.get(split) ?? readLines(outputPaths(this.root).splitMetadata(split));
    if (lines === 'different') return;
    this.#splits.set(split, lines);
    const line = await this.#next(split, lines);
    if (this.#splits.get(split) === 'different') return;
    if (line === undefined) {
      this.#differs(split, `the row of ${fileName} and what follows it is missing`);
    } else if (line.text !== JSON.stringify(metadataRow(record, fileName)) || !line.ended) {
      this.#differs(split, `line ${line.number} is not the row of ${fileName} as recorded`);
      await lines.return(undefined);
    }
  }

  /** Tells rows that no record has. */
  async finish(): Promise<void> {
    for (const [split, lines] of this.#splits) {
      if (lines === 'different') continue;
      const line = await this.#next(split, lines);
      if (line) this.#differs(split, `line ${line.number} and what follows it belong to no record`);
      await lines.return(undefined);
    }
  }

  async #next(split: string, lines: AsyncGenerator<Line>): Promise<Line | undefined> {
    try {
      const next = await lines.next();
      return next.done ? undefined : next.value;
    } catch (error) {
      this.#differs(split, `cannot be read: ${error instanceof Error ? error.message : String(error)}`);
      return undefined;
    }
  }

  #differs(split: string, message: string): void {
    this.#splits.set(split, 'different');
    this.problems.push({ code: 'metadata-differs', file: `${split}/${splitMetadataName}`, message });
  }
}
