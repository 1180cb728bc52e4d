/** Records, plan items and folders for the tests in this folder. @module */
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import type {
  FailedRecord,
  ItemRecord,
  OriginalRecord,
  StylizedRecord,
} from '../../src/dataset/ledger/record.js';
import { fileOf } from '../../src/dataset/ledger/record-kinds.js';
import { methods } from '../../src/methods/index.js';
import { recipeSchema } from '../../src/methods/recipe.js';
import type { PlanItem } from '../../src/plan/item.js';
import type { ByRole } from '../../src/stylize/role.js';

type Source = { readonly path: string; readonly sha256: string };

/** Creates a folder that is deleted after the test. */
export async function temporaryFolder(t: ExecutionContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'wildstyle-dataset-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Lists all files below a folder, sorted, with forward slashes. */
export async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}

export const sha256 = (bytes: string | Uint8Array): string =>
  createHash('sha256').update(bytes).digest('hex');

const recipe = methods.optimize.resolve(
  recipeSchema.parse({ network: 'random', size: 64, style: { strength: 12.5 } }),
  { network: 'random' },
);

const point = (step: number, total: number) => ({
  step,
  total,
  terms: { 'content.features': total / 4, 'style.gram': total / 2, totalVariation: total / 4 },
});

/** Returns the record of a complete stylized item. */
export function stylizedRecord(id: string, changes: Partial<StylizedRecord> = {}): StylizedRecord {
  const label = changes.label === undefined ? 'cat' : changes.label;
  return {
    id,
    kind: 'stylized',
    status: 'complete',
    method: 'optimize',
    sources: {
      content: { path: `cat/${id}.png`, sha256: sha256('content') },
      style: { path: 'waves.jpg', sha256: sha256('style') },
    },
    replica: 0,
    seed: 7,
    drawn: { ...recipe },
    file: `train/${label ?? ''}/${id}.jpg`,
    sha256: sha256(id),
    widthPx: 64,
    heightPx: 48,
    label,
    split: 'train',
    group: 'g',
    attempts: [{ error: null }],
    applied: { ...recipe },
    engine: { name: 'onnx', device: 'cpu', version: 'onnxruntime 1.30.0' },
    elapsedMs: 1234,
    network: { name: 'random', weights: sha256('weights') },
    loss: { initial: point(0, 8), final: point(150, 1), curve: [point(0, 8), point(75, 2), point(150, 1)] },
    steps: 150,
    evaluations: 151,
    restarts: 0,
    ...changes,
  };
}

/** Returns the record of an original. */
export function originalRecord(id: string, changes: Partial<OriginalRecord> = {}): OriginalRecord {
  const label = changes.label === undefined ? 'cat' : changes.label;
  return {
    id,
    kind: 'original',
    status: 'complete',
    sources: { content: { path: `cat/${id}.png`, sha256: sha256('content') } },
    drawn: { size: 64, fit: 'keep' },
    file: `train/${label ?? ''}/${id}.jpg`,
    sha256: sha256(id),
    widthPx: 64,
    heightPx: 48,
    label,
    split: 'train',
    group: 'g',
    attempts: [{ error: null }],
    ...changes,
  };
}

/** Returns the record of a failed stylized item. */
export function failedRecord(
  id: string,
  changes: Partial<Pick<FailedRecord, 'label' | 'error' | 'attempts'>> = {},
): FailedRecord {
  const { kind, method, sources, replica, seed, drawn, label, split, group } = stylizedRecord(id);
  return {
    id,
    kind,
    status: 'failed',
    method,
    sources,
    replica,
    seed,
    drawn,
    error: { code: 'image-corrupt', message: `${id}.png: the PNG is damaged` },
    label,
    split,
    group,
    attempts: [{ error: 'image-corrupt' }],
    ...changes,
  };
}

/** Returns the plan item of a record. */
export function itemOf(record: ItemRecord, index: number): PlanItem {
  const { id, label } = record;
  const file = fileOf(record) || `train/${label}/${id}.jpg`;
  const base = { id, index, label, file, split: file.split('/')[0], group: 'g' };
  const { content, style }: ByRole<Source> = record.sources;
  if (!content) throw new Error(`The record ${id} has no content image.`);
  const contentEntry = { ...content, bytes: 1, label };
  if (record.kind === 'original') {
    const { size, fit } = recipe;
    return { ...base, kind: 'original', sources: { content: contentEntry }, recipe: { size, fit } };
  }
  if (!style) throw new Error(`The record ${id} has no style image.`);
  return {
    ...base,
    kind: 'stylized',
    sources: { content: contentEntry, style: { ...style, bytes: 1, folder: '' } },
    replica: record.replica,
    seed: record.seed,
    recipe,
  };
}

/** Returns records by id. */
export const byId = (records: readonly ItemRecord[]): Map<string, ItemRecord> =>
  new Map(records.map((record) => [record.id, record]));
