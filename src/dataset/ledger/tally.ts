/** Counts items by outcome. @module */
import { z } from 'zod';
import { growing } from '../../files/growing.js';
import { type GateFacts, GateTally, gateCountsSchema } from './gate-record.js';
import { LicenseTally, licenseCountSchema } from './license-tally.js';
import type { ItemRecord } from './record.js';
import type { IndexedRecord } from './record-index.js';

const count = z.int().min(0);

/** Counts of one class. */
export const classCountsSchema = growing({
  stylized: count,
  originals: count,
  failed: count,
  pending: count,
});

/** Counts of a dataset. `stylized` and `originals` count complete items. */
export const countsSchema = growing({
  items: count.describe('Planned images, plus images kept from earlier plans'),
  complete: count.describe('Images made'),
  failed: count.describe('Images that failed'),
  pending: count.describe('Images not made yet'),
  stylized: count.describe('Stylized images made'),
  originals: count.describe('Originals made'),
  classes: z
    .record(z.string(), classCountsSchema)
    .describe(
      'Counts of `stylized`, `originals`, `failed` and `pending`, by class; empty for a dataset without labels',
    ),
  errors: z.record(z.string(), count).describe('Failed images, by error code'),
  splits: z.record(z.string(), count).describe('Images made, by split'),
  vanished: count
    .optional()
    .describe('Annotated objects that are outside of their images; absent if there are none'),
  gate: gateCountsSchema
    .optional()
    .describe('How many images still show their class; only in jobs with `gate`'),
  licenses: z
    .array(licenseCountSchema)
    .readonly()
    .optional()
    .describe(
      'Source images of the images made, by `role` and `license`; null counts those without; absent if none has one',
    ),
});

export type ClassCounts = z.output<typeof classCountsSchema>;
export type Counts = z.output<typeof countsSchema>;

type Outcome = keyof ClassCounts;

/** Counts items one by one. */
export class Tally {
  readonly #outcomes: Record<Outcome, number> = { stylized: 0, originals: 0, failed: 0, pending: 0 };
  readonly #classes = new Map<string, Record<Outcome, number>>();
  readonly #errors = new Map<string, number>();
  readonly #splits = new Map<string, number>();
  #vanished = 0;
  readonly #licenses = new LicenseTally();
  readonly #gate = new GateTally();

  /** Counts a pending item. */
  addPending(label: string | null): void {
    this.#add(label, 'pending');
  }

  /**
   * Counts a finished item.
   * @param split the split of a complete item
   */
  addRecord(record: ItemRecord, split: string): void {
    this.#gate.add(record as ItemRecord & { gate?: GateFacts });
    if (record.status === 'failed') {
      this.#add(record.label, 'failed');
      increment(this.#errors, record.error.code);
    } else {
      this.#add(record.label, record.kind === 'original' ? 'originals' : 'stylized');
      increment(this.#splits, split);
      this.#vanished += record.vanished ?? 0;
      this.#licenses.add(record);
    }
  }

  /** Returns the counts. */
  counts(): Counts {
    const { stylized, originals, failed, pending } = this.#outcomes;
    const complete = stylized + originals;
    const licenses = this.#licenses.counts();
    const gate = this.#gate.counts();
    return {
      items: complete + failed + pending,
      complete,
      failed,
      pending,
      stylized,
      originals,
      classes: sorted(this.#classes),
      errors: sorted(this.#errors),
      splits: sorted(this.#splits),
      ...(this.#vanished > 0 && { vanished: this.#vanished }),
      ...(gate && { gate }),
      ...(licenses.length > 0 && { licenses }),
    };
  }

  #add(label: string | null, outcome: Outcome): void {
    this.#outcomes[outcome]++;
    if (label === null) return;
    const ofClass = this.#classes.get(label) ?? { stylized: 0, originals: 0, failed: 0, pending: 0 };
    ofClass[outcome]++;
    this.#classes.set(label, ofClass);
  }
}

/** Counts failed records by code. */
export function errorsIn(records: Iterable<Pick<IndexedRecord, 'errorCode'>>): Record<string, number> {
  const errors = new Map<string, number>();
  for (const { errorCode } of records) if (errorCode !== undefined) increment(errors, errorCode);
  return sorted(errors);
}

function increment(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

/** Sorts by name, so that the order of counting does not matter. Integer names come first, as in any object. */
function sorted<T>(map: ReadonlyMap<string, T>): Record<string, T> {
  return Object.fromEntries([...map].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Sorts names in the order in which loaders number class folders: by code point, so that `10` comes before `9`. */
export function inLoaderOrder(names: Iterable<string>): string[] {
  return [...names].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}
