/** A dataset of many small images, made without a run. @module */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { compileManifest } from '../../src/dataset/ledger/manifest.js';
import type { CompleteRecord } from '../../src/dataset/ledger/record.js';
import { publishSummary } from '../../src/dataset/summary.js';
import { encodeImage } from '../../src/images/encode.js';
import { summaryOfCompiled } from '../dataset/make-dataset.js';
import { itemOf, originalRecord, sha256, stylizedRecord } from '../dataset/support.js';

export interface LargeDataset {
  readonly images: number;
  /** Default: `train` alone. */
  readonly splits?: readonly string[];
  /** Default: three classes; none makes a dataset without labels. */
  readonly classes?: readonly string[];
  /** Default: 16. */
  readonly sizePx?: number;
  /** How many of the images have pixels of their own; the others repeat them. Default: all. */
  readonly distinct?: number;
  /** Whether every image has an annotated object. */
  readonly isAnnotated?: boolean;
}

/** Makes a dataset of JPEG images in which every other image is an original. Returns its records. */
export async function makeLargeDataset(
  root: string,
  {
    images,
    splits = ['train'],
    classes = ['ant', 'bee', 'cat'],
    sizePx = 16,
    distinct = images,
    isAnnotated = false,
  }: LargeDataset,
): Promise<void> {
  const records: CompleteRecord[] = [];
  const encoded: Uint8Array[] = [];
  for (let index = 0; index < images; index++) {
    const id = sha256(String(index)).slice(0, 32);
    const label = classes.length === 0 ? null : classes[index % classes.length];
    // Splits and classes must not go together.
    const split = splits[Math.floor(index / Math.max(1, classes.length)) % splits.length];
    const file = [split, ...(label === null ? [] : [label]), `${id}.jpg`].join('/');
    if (index < distinct) encoded.push(await picture(index, sizePx));
    const bytes = encoded[index % distinct];
    await mkdir(dirname(join(root, file)), { recursive: true });
    await writeFile(join(root, file), bytes);
    const facts = {
      label,
      file,
      sha256: sha256(bytes),
      widthPx: sizePx,
      heightPx: sizePx,
      ...(isAnnotated && { objects: [nose] }),
    };
    records.push(index % 2 === 0 ? stylizedRecord(id, facts) : originalRecord(id, facts));
  }
  const byId = new Map(records.map((record) => [record.id, record]));
  const compiled = await compileManifest({ root, items: records.map(itemOf), records: byId });
  await publishSummary(root, summaryOfCompiled(compiled));
}

const nose = {
  category: 'nose',
  categoryId: 1,
  bbox: [1, 2, 3, 4] as [number, number, number, number],
  area: 12,
};

async function picture(index: number, sizePx: number): Promise<Uint8Array> {
  const data = Uint8Array.from({ length: sizePx * sizePx * 3 }, (_, i) => (i * 7 + index * 31) % 256);
  return encodeImage({ data, widthPx: sizePx, heightPx: sizePx }, { format: 'jpeg' });
}
