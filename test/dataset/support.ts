/** Records, plan items and folders for the tests of this folder. @module */
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import type { ItemRecord } from '../../src/dataset/ledger/record.js';
import type { PlanItem } from '../../src/plan/item.js';
import { recipeSchema } from '../../src/stylize/recipe.js';
import { resolvedRecipe } from '../../src/stylize/spec.js';

/** A folder that goes away with the test. */
export async function temporaryFolder(t: ExecutionContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'wildstyle-dataset-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** All files below a folder, sorted, with forward slashes. */
export async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}

export const sha256 = (bytes: string | Uint8Array): string =>
  createHash('sha256').update(bytes).digest('hex');

const recipe = recipeSchema.parse({ network: 'random', size: 64, style: { strength: 12.5 } });

const point = (step: number, total: number) => ({
  step,
  total,
  content: total / 4,
  style: total / 2,
  totalVariation: total / 4,
});

/** The record of a finished stylized item. */
export function stylizedRecord(id: string, changes: Partial<ItemRecord> = {}): ItemRecord {
  const label = changes.label === undefined ? 'cat' : changes.label;
  return {
    id,
    kind: 'stylized',
    status: 'complete',
    file: `train/${label ?? ''}/${id}.jpg`,
    sha256: sha256(id),
    widthPx: 64,
    heightPx: 48,
    label,
    content: { path: `cat/${id}.png`, sha256: sha256('content') },
    style: { path: 'waves.jpg', sha256: sha256('style') },
    replica: 0,
    seed: 7,
    recipe: { ...resolvedRecipe(recipe) },
    network: { name: 'random', weights: sha256('weights') },
    engine: { name: 'onnx', device: 'cpu', version: 'onnxruntime 1.30.0' },
    loss: { initial: point(0, 8), final: point(150, 1), curve: [point(0, 8), point(75, 2), point(150, 1)] },
    steps: 150,
    evaluations: 151,
    restarts: 0,
    elapsedMs: 1234,
    error: null,
    ...changes,
  };
}

/** The record of a carried-over content image. */
export function originalRecord(id: string, changes: Partial<ItemRecord> = {}): ItemRecord {
  return stylizedRecord(id, {
    kind: 'original',
    style: null,
    seed: null,
    recipe: { size: 64, fit: 'keep' },
    network: null,
    engine: null,
    loss: null,
    steps: 0,
    evaluations: 0,
    ...changes,
  });
}

/** The record of an item that failed. */
export function failedRecord(id: string, changes: Partial<ItemRecord> = {}): ItemRecord {
  return stylizedRecord(id, {
    status: 'failed',
    file: null,
    sha256: null,
    widthPx: null,
    heightPx: null,
    network: null,
    engine: null,
    loss: null,
    steps: 0,
    evaluations: 0,
    error: { code: 'image-corrupt', message: `${id}.png: the PNG is damaged` },
    ...changes,
  });
}

/** The item that a record is of. */
export function itemOf(record: ItemRecord, index: number): PlanItem {
  const base = {
    id: record.id,
    index,
    content: { ...record.content, bytes: 1, label: record.label },
    file: record.file ?? `train/${record.label}/${record.id}.jpg`,
  };
  if (record.style === null) return { ...base, kind: 'original', recipe: { size: 64, fit: 'keep' } };
  return {
    ...base,
    kind: 'stylized',
    style: { ...record.style, bytes: 1, folder: '' },
    replica: record.replica,
    seed: record.seed ?? 0,
    recipe,
  };
}

/** Records by id. */
export const byId = (records: readonly ItemRecord[]): Map<string, ItemRecord> =>
  new Map(records.map((record) => [record.id, record]));
