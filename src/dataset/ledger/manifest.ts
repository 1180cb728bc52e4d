/** Compiles the manifest (one record per item) and the metadata of each split from plan and journals. @module */
import { basename } from 'node:path';
import { WildstyleError } from '../../errors.js';
import { sha256InPieces } from '../../files/digest.js';
import { type FileSystem, nodeFileSystem } from '../../files/file-system.js';
import { readLines } from '../../files/lines.js';
import { FilePublisher, type PublishedFile, type PublishOptions } from '../../files/publish.js';
import type { PlanItem } from '../../plan/item.js';
import { type OutputPaths, outputPaths, splitOfFile } from '../output-paths.js';
import { copyManifest } from './manifest-copy.js';
import { metadataRow } from './metadata-row.js';
import { plannedFields } from './planned-fields.js';
import type { ItemRecord } from './record.js';
import { fileOf } from './record-kinds.js';
import { formatRecord, parseRecord, stableLine } from './record-line.js';
import { type Counts, Tally } from './tally.js';

/** The input for a manifest. */
export interface ManifestSources {
  /** Root of the dataset. */
  readonly root: string;
  /** The items of the plan, in order. Iterated once. */
  readonly items: Iterable<PlanItem>;
  /** The records, by item id. Items without a record count as pending. */
  readonly records: { get(id: string): ItemRecord | undefined | Promise<ItemRecord | undefined> };
  /**
   * Records of earlier plans of this folder. Those that are not in the plan are appended, in this order. Iterated after the
   * items.
   */
  readonly earlier?: Iterable<ItemRecord> | AsyncIterable<ItemRecord>;
  readonly fileSystem?: FileSystem;
}

/** The result of {@link compileManifest}. */
export interface CompiledManifest {
  readonly manifest: PublishedFile;
  /** sha256 of the manifest without `volatileFields`: equal for two runs that made the same pixels. */
  readonly stableSha256: string;
  readonly counts: Counts;
  /** sha256 of the metadata of each split. */
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * Returns a record with everything that the plan decides taken from there: a file with the same bytes may have moved, and
 * what a journal says about a label or a recipe is not evidence.
 */
export function asPlanned(record: ItemRecord, item: PlanItem): ItemRecord {
  const file = record.status === 'complete' ? { file: item.file } : {};
  return { ...record, ...plannedFields(item), ...file } as ItemRecord;
}

/**
 * Writes `manifest.jsonl` in plan order and a `metadata.jsonl` for each split. Writes each file atomically and keeps only
 * one record in memory.
 * @throws `disk-full`, `output-unwritable`; the previous files are then unchanged
 */
export async function compileManifest(sources: ManifestSources): Promise<CompiledManifest> {
  const paths = outputPaths(sources.root);
  const { fileSystem } = sources;
  const options = { temporaryFolder: paths.temporaryFolder, ...(fileSystem && { fileSystem }) };
  const writer = new ManifestWriter(paths, options, await FilePublisher.open(paths.manifest, options));
  try {
    const planned = new Set<string>();
    for (const item of sources.items) {
      planned.add(item.id);
      const record = await sources.records.get(item.id);
      if (record) await writer.add(asPlanned(record, item));
      else writer.tally.addPending(item.label);
    }
    for await (const record of sources.earlier ?? []) {
      // Drop failed items of earlier plans: no run will retry them.
      if (record.status === 'complete' && !planned.has(record.id)) await writer.add(record);
    }
    return await writer.commit();
  } catch (error) {
    await writer.abort();
    throw error;
  }
}

/** Writes manifest and metadata from records that are in manifest order already; see {@link compileManifest}. */
export async function writeManifest(
  root: string,
  records: AsyncIterable<ItemRecord>,
  fileSystem: FileSystem,
): Promise<CompiledManifest> {
  const paths = outputPaths(root);
  const options = { temporaryFolder: paths.temporaryFolder, fileSystem };
  const writer = new ManifestWriter(paths, options, await FilePublisher.open(paths.manifest, options));
  try {
    for await (const record of records) await writer.add(record);
    return await writer.commit();
  } catch (error) {
    await writer.abort();
    throw error;
  }
}

/** A line of a manifest. */
export interface ManifestLine {
  /** The text as written, without the newline. */
  readonly text: string;
  /** Parses the record. @throws `dataset-invalid` with the line number */
  readonly record: () => ItemRecord;
}

/** Yields the records of a dataset's manifest and checks each one. @throws `dataset-invalid` */
export async function* manifestRecords(root: string): AsyncGenerator<ItemRecord> {
  for await (const { record } of manifestLines(root)) yield record();
}

/**
 * Yields the lines of a dataset's manifest, unchecked.
 * @param path of the manifest, if it is not in its place
 * @throws `dataset-invalid` if the manifest cannot be read
 */
export async function* manifestLines(
  root: string,
  path: string = outputPaths(root).manifest,
): AsyncGenerator<ManifestLine> {
  try {
    for await (const { text, number } of readLines(path)) {
      yield { text, record: () => parseRecord(text, `${basename(path)}:${number}`) };
    }
  } catch (error) {
    if (error instanceof WildstyleError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new WildstyleError('dataset-invalid', `${path}: cannot be read: ${reason}`, {
      cure: 'Give the folder of a wildstyle dataset.',
      cause: error,
    });
  }
}

/** Reads all records of a dataset's manifest, in plan order. @throws `dataset-invalid` */
export async function readManifest(root: string): Promise<ItemRecord[]> {
  const records: ItemRecord[] = [];
  for await (const record of manifestRecords(root)) records.push(record);
  return records;
}

class ManifestWriter {
  readonly tally = new Tally();
  readonly #stable = sha256InPieces();
  readonly #splits = new Map<string, FilePublisher>();

  constructor(
    private readonly paths: OutputPaths,
    private readonly options: PublishOptions,
    private readonly manifest: FilePublisher,
  ) {}

  async add(record: ItemRecord): Promise<void> {
    const line = formatRecord(record);
    this.#stable.update(stableLine(line));
    await this.manifest.write(line);
    const [split, fileName] = splitOfFile(fileOf(record));
    this.tally.addRecord(record, split);
    if (record.status !== 'complete') return;
    const row = `${JSON.stringify(metadataRow(record, fileName))}\n`;
    await (await this.#metadataOf(split)).write(row);
  }

  async commit(): Promise<CompiledManifest> {
    const metadata: Record<string, string> = {};
    for (const [split, publisher] of [...this.#splits].sort(([a], [b]) => (a < b ? -1 : 1))) {
      metadata[split] = (await publisher.commit()).sha256;
    }
    const manifest = await this.manifest.commit();
    await copyManifest(this.paths, manifest.sha256, this.options.fileSystem ?? nodeFileSystem);
    return { manifest, stableSha256: this.#stable.digest('hex'), counts: this.tally.counts(), metadata };
  }

  async abort(): Promise<void> {
    for (const publisher of [this.manifest, ...this.#splits.values()]) await publisher.abort();
  }

  async #metadataOf(split: string): Promise<FilePublisher> {
    const known = this.#splits.get(split);
    if (known) return known;
    const opened = await FilePublisher.open(this.paths.splitMetadata(split), this.options);
    this.#splits.set(split, opened);
    return opened;
  }
}
