/**
 * The rows of `metadata.jsonl`: flat, for training scripts, in the format of Hugging Face's `imagefolder`. Every row has
 * every column, in this order. No other column name may end in `file_name`, because the loader would treat the column as
 * an image.
 * @module
 */

import { ownGroup } from '../../splits/names.js';
import { type ByRole, type Role, styleRoles } from '../../stylize/role.js';
import { splitOfFile } from '../output-paths.js';
import type { ItemRecord, StylizedRecord } from './record.js';
import { factsOf, fileOf, isStylized } from './record-kinds.js';

/** The type of the values in a column. */
export type ColumnType = 'string' | 'integer' | 'number';
/** A value in a row. */
export type Cell = string | number | null;
/** A row, by column name. */
export type MetadataRow = Readonly<Record<string, Cell>>;

/** A column of the metadata. */
export interface MetadataColumn {
  readonly name: string;
  readonly type: ColumnType;
  /** Description for the dataset card. */
  readonly meaning: string;
  readonly value: (record: ItemRecord) => unknown;
}

const column = (
  name: string,
  type: ColumnType,
  meaning: string,
  value: MetadataColumn['value'],
): MetadataColumn => ({ name, type, meaning, value });

/**
 * All columns except `file_name`. Columns may be added, but once they have been written, they must keep their names and
 * meanings.
 */
export const metadataColumns: readonly MetadataColumn[] = [
  column('label', 'string', 'the class', ({ label }) => label),
  column('id', 'string', 'the item id; the full record is in `manifest.jsonl`', ({ id }) => id),
  column('kind', 'string', '`stylized`, or `original` for a resized content image', ({ kind }) => kind),
  column('split', 'string', 'the split; `test_stylized` has the photographs of `test`, stylized', splitOf),
  column('group', 'string', 'images of one group are never in two splits', groupOf),
  column('method', 'string', 'the method that made the image', (record) => ofStylized(record)?.method),
  column(
    'content_path',
    'string',
    'the content image, which provides the shapes and the class',
    ({ sources }) => (sources as ByRole<{ path: string }>).content?.path,
  ),
  column(
    'style_path',
    'string',
    'the style image, which provides the look',
    ({ sources }) => (sources as ByRole<{ path: string }>).style?.path,
  ),
  ...(['content', 'style'] as const).flatMap((role) => [
    column(`${role}_license`, 'string', `the license of the ${role} image`, rightsOf(role, 'license')),
    column(`${role}_author`, 'string', `the author of the ${role} image`, rightsOf(role, 'author')),
  ]),
  column(
    'replica',
    'integer',
    'index among the images made from the same sources, from 0',
    (record) => ofStylized(record)?.replica ?? 0,
  ),
  column('seed', 'integer', 'seed for everything random', (record) => ofStylized(record)?.seed),
  column('network', 'string', 'the feature network', applied('network')),
  column('strength', 'number', 'strength of the style relative to the content', applied('style', 'strength')),
  column('style_loss', 'string', 'the style loss; several as JSON, with their shares', (record) =>
    lossName(applied('style', 'loss')(record)),
  ),
  column('content_loss', 'string', 'the content loss; several as JSON, with their shares', (record) =>
    lossName(applied('content', 'loss')(record)),
  ),
  column('content_weight', 'number', 'weight of the content loss', applied('content', 'weight')),
  column('total_variation', 'number', 'weight of the total variation term', applied('totalVariation')),
  column('init', 'string', 'where the optimization started', applied('init')),
  column('optimizer', 'string', 'the optimizer', applied('optimizer')),
  column('steps', 'integer', 'optimization steps at full size', applied('steps')),
  column('size', 'integer', 'long edge in pixels', applied('size')),
  column(
    'initial_loss',
    'number',
    'total loss before the first step',
    (record) => factsOf(record).loss?.initial.total,
  ),
  column(
    'final_loss',
    'number',
    'total loss after the last step',
    (record) => factsOf(record).loss?.final.total,
  ),
  column(
    'objects',
    'string',
    'boxes (left, top, width, height in pixels) and their categories, as JSON',
    objectsOf,
  ),
  column(
    'edge_f1',
    'number',
    'share of edges that stayed within 2 pixels; only with annotations',
    (record) => ('edgeF1' in record ? record.edgeF1 : undefined),
  ),
  column('styles', 'string', 'path and share of each style, as JSON; only if several are blended', stylesOf),
  column('recipe', 'string', 'all parameters, as JSON', recipeOf),
];

/** The split of a record. Those of earlier versions have it only in the path of their file. */
export function splitOf(record: ItemRecord): string {
  return record.split ?? splitOfFile(fileOf(record))[0];
}

/** The group of a record; in records of earlier versions, every content image is a group. */
export function groupOf({ group, sources }: ItemRecord): string | undefined {
  const { content } = sources as ByRole<{ sha256: string }>;
  return group ?? (content && ownGroup(content.sha256));
}

/** In the form that Hugging Face uses for detection. */
function objectsOf(record: ItemRecord): object | undefined {
  if (record.status === 'failed' || !record.objects) return undefined;
  const { objects } = record;
  return { bbox: objects.map(({ bbox }) => bbox), category: objects.map(({ category }) => category) };
}

/** The styles of an image that blends several. */
function stylesOf(record: ItemRecord): object | undefined {
  const { sources } = record as { sources: ByRole<{ path: string }> };
  const mix = applied('style', 'mix')(record) as readonly number[] | undefined;
  if (!mix || mix.length < 2) return undefined;
  return mix.map((share, i) => ({ path: sources[styleRoles[i]]?.path, share }));
}

function rightsOf(role: Role, key: 'license' | 'author'): MetadataColumn['value'] {
  return ({ sources }) => (sources as ByRole<{ license?: string; author?: string }>)[role]?.[key];
}

/** Returns the record if it is of a stylized image. */
function ofStylized(record: ItemRecord): StylizedRecord | undefined {
  return isStylized(record) ? record : undefined;
}

/** Returns the recipe that made an image. */
function recipeOf(record: ItemRecord): Readonly<Record<string, unknown>> {
  return ofStylized(record)?.applied ?? record.drawn;
}

/** Returns a function that looks up a parameter in the recipe that made an image. */
function applied(...path: string[]): MetadataColumn['value'] {
  return (record) =>
    path.reduce<unknown>(
      (value, key) => (value as Record<string, unknown> | undefined)?.[key],
      recipeOf(record),
    );
}

/** Returns the name of a single loss; for several losses, a map from name to weight. */
function lossName(shares: unknown): unknown {
  const names = Object.keys((shares as object | undefined) ?? {});
  return names.length === 1 ? names[0] : shares;
}

/**
 * Returns the row of a complete item.
 * @param fileName path of the image, relative to the folder of the metadata file
 */
export function metadataRow(record: ItemRecord, fileName: string): MetadataRow {
  const row: Record<string, Cell> = { file_name: fileName };
  for (const { name, value } of metadataColumns) row[name] = asCell(value(record));
  return row;
}

/** The columns as listed in `dataset.json`, `file_name` first. */
export const columnList: readonly { readonly name: string; readonly type: ColumnType }[] = [
  { name: 'file_name', type: 'string' },
  ...metadataColumns.map(({ name, type }) => ({ name, type })),
];

function asCell(value: unknown): Cell {
  if (value === undefined || value === null) return null;
  return typeof value === 'string' || typeof value === 'number' ? value : JSON.stringify(value);
}
