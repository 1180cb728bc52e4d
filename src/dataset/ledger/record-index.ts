/** An index of records that stay on disk. A dataset has hundreds of thousands of them, with their curves. @module */
import type { ItemRecord } from './record.js';

/** What is kept in memory of a record. */
export interface IndexedRecord {
  readonly id: string;
  readonly status: ItemRecord['status'];
  readonly kind: ItemRecord['kind'];
  readonly label: string | null;
  /** Path of the image, relative to the dataset folder; empty for a failed item. */
  readonly file: string;
  /** Of a failed item. */
  readonly errorCode: string | undefined;
  /** The file with the record. */
  readonly source: string;
  readonly offsetBytes: number;
  readonly lengthBytes: number;
}

/** Where a record is. */
export type RecordPlace = Pick<IndexedRecord, 'source' | 'offsetBytes' | 'lengthBytes'>;

/** Records by item id, in the order in which they were first added. */
export class RecordIndex {
  readonly #records = new Map<string, IndexedRecord>();
  readonly #texts = new Map<string, string>();

  get size(): number {
    return this.#records.size;
  }

  get(id: string): IndexedRecord | undefined {
    return this.#records.get(id);
  }

  keys(): Iterable<string> {
    return this.#records.keys();
  }

  values(): Iterable<IndexedRecord> {
    return this.#records.values();
  }

  delete(id: string): void {
    this.#records.delete(id);
  }

  /**
   * Adds a record. A complete record takes precedence over a failed one, otherwise a later one over an earlier one.
   * @param value the parsed line
   * @returns false if it is no record
   */
  add(value: unknown, { source, offsetBytes, lengthBytes }: RecordPlace): boolean {
    const { id, status, kind, label = null, file, error } = (value ?? {}) as Partial<Record<string, unknown>>;
    if (typeof id !== 'string' || (status !== 'complete' && status !== 'failed')) return false;
    if ((kind !== 'original' && kind !== 'stylized') || !(label === null || typeof label === 'string'))
      return false;
    if (status === 'complete' && typeof file !== 'string') return false;
    if (status === 'failed' && this.#records.get(id)?.status === 'complete') return true;
    this.#records.set(id, {
      id,
      status,
      kind,
      label: label === null ? null : this.#shared(label),
      file: status === 'complete' ? (file as string) : '',
      errorCode: status === 'failed' ? this.#shared(codeOf(error)) : undefined,
      source,
      offsetBytes,
      lengthBytes,
    });
    return true;
  }

  /** Keeps one copy of equal texts. */
  #shared(text: string): string {
    const known = this.#texts.get(text);
    if (known !== undefined) return known;
    this.#texts.set(text, text);
    return text;
  }
}

function codeOf(error: unknown): string {
  return String((error as { readonly code?: unknown } | undefined)?.code);
}
