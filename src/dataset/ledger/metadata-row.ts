/**
 * What a training script sees of an item: a flat row of `metadata.jsonl`, as Hugging Face's `imagefolder` reads it. Every
 * row has every column, in this order. No text column but the first may end in `_file_name`: the loader would take it for
 * an image.
 * @module
 */
import type { ByRole } from '../../stylize/role.js';
import { factsOf, type ItemRecord, isStylized, type StylizedRecord } from './record.js';

/** The type of a column. */
export type ColumnType = 'string' | 'integer' | 'number';
/** One value of a row. */
export type Cell = string | number | null;
/** One row, by column. */
export type MetadataRow = Readonly<Record<string, Cell>>;

/** A column of the metadata. */
export interface MetadataColumn {
  readonly name: string;
  readonly type: ColumnType;
  /** What it holds, for the dataset card. */
  readonly meaning: string;
  readonly value: (record: ItemRecord) => unknown;
}

const column = (
  name: string,
  type: ColumnType,
  meaning: string,
  value: MetadataColumn['value'],
): MetadataColumn => ({ name, type, meaning, value });

/** All columns but `file_name`. A column may be added; one that was ever written must stay, with its meaning. */
export const metadataColumns: readonly MetadataColumn[] = [
  column('label', 'string', 'the class', ({ label }) => label),
  column('id', 'string', 'the item; `manifest.jsonl` has its full record', ({ id }) => id),
  column('kind', 'string', '`stylized`, or `original` for a content image carried over', ({ kind }) => kind),
  column('method', 'string', 'the method that made it', (record) => ofStylized(record)?.method),
  column(
    'content_path',
    'string',
    'the image that gave shapes and class',
    ({ sources }) => (sources as ByRole<{ path: string }>).content?.path,
  ),
  column(
    'style_path',
    'string',
    'the image that gave the look',
    ({ sources }) => (sources as ByRole<{ path: string }>).style?.path,
  ),
  column(
    'replica',
    'integer',
    'counts the images made from the same sources',
    (record) => ofStylized(record)?.replica ?? 0,
  ),
  column('seed', 'integer', 'seed of every draw', (record) => ofStylized(record)?.seed),
  column('network', 'string', 'the feature network', applied('network')),
  column('strength', 'number', 'style over content', applied('style', 'strength')),
  column('style_loss', 'string', 'the style loss', (record) => lossName(applied('style', 'loss')(record))),
  column('content_loss', 'string', 'the content loss', (record) =>
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
    'the objective before the first step',
    (record) => factsOf(record).loss?.initial.total,
  ),
  column(
    'final_loss',
    'number',
    'the objective after the last step',
    (record) => factsOf(record).loss?.final.total,
  ),
  column('recipe', 'string', 'every parameter, as JSON', recipeOf),
];

/** What stylized images alone have. */
function ofStylized(record: ItemRecord): StylizedRecord | undefined {
  return isStylized(record) ? record : undefined;
}

/** The recipe that made an image. */
function recipeOf(record: ItemRecord): Readonly<Record<string, unknown>> {
  return ofStylized(record)?.applied ?? record.drawn;
}

/** A parameter of the recipe that made an image. */
function applied(...path: string[]): MetadataColumn['value'] {
  return (record) =>
    path.reduce<unknown>(
      (value, key) => (value as Record<string, unknown> | undefined)?.[key],
      recipeOf(record),
    );
}

/** One loss by its name, several with their shares. */
function lossName(shares: unknown): unknown {
  const names = Object.keys((shares as object | undefined) ?? {});
  return names.length === 1 ? names[0] : shares;
}

/**
 * The row of a finished item.
 * @param fileName the image, relative to the folder of the metadata file
 */
export function metadataRow(record: ItemRecord, fileName: string): MetadataRow {
  const row: Record<string, Cell> = { file_name: fileName };
  for (const { name, value } of metadataColumns) row[name] = asCell(value(record));
  return row;
}

/** The columns as `dataset.json` lists them, `file_name` first. */
export const columnList: readonly { readonly name: string; readonly type: ColumnType }[] = [
  { name: 'file_name', type: 'string' },
  ...metadataColumns.map(({ name, type }) => ({ name, type })),
];

function asCell(value: unknown): Cell {
  if (value === undefined || value === null) return null;
  return typeof value === 'string' || typeof value === 'number' ? value : JSON.stringify(value);
}
