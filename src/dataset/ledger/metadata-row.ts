/**
 * What a training script sees of an item: a flat row of `metadata.jsonl`, as Hugging Face's `imagefolder` reads it. Every
 * row has every column, in this order. No text column but the first may end in `_file_name`: the loader would take it for
 * an image.
 * @module
 */
import type { ItemRecord } from './record.js';

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

const fromRecipe =
  (...path: string[]) =>
  (record: ItemRecord): unknown =>
    path.reduce<unknown>(
      (value, key) => (value as Record<string, unknown> | undefined)?.[key],
      record.recipe,
    );

const column = (
  name: string,
  type: ColumnType,
  meaning: string,
  value: MetadataColumn['value'],
): MetadataColumn => ({ name, type, meaning, value });

/** All columns but `file_name`. */
export const metadataColumns: readonly MetadataColumn[] = [
  column('label', 'string', 'the class', (record) => record.label),
  column('id', 'string', 'the item; the manifest tells the rest', (record) => record.id),
  column(
    'kind',
    'string',
    '`stylized`, or `original` for a content image carried over',
    (record) => record.kind,
  ),
  column('content_path', 'string', 'the image that gave shapes and class', (record) => record.content.path),
  column('style_path', 'string', 'the image that gave the look', (record) => record.style?.path),
  column('replica', 'integer', 'counts the items of one pair', (record) => record.replica),
  column('seed', 'integer', 'seed of every draw', (record) => record.seed),
  column('network', 'string', 'the feature network', (record) => record.network?.name),
  column('strength', 'number', 'style over content', fromRecipe('style', 'strength')),
  column('style_loss', 'string', 'the style loss', fromRecipe('style', 'loss')),
  column('content_loss', 'string', 'the content loss', fromRecipe('content', 'loss')),
  column('content_weight', 'number', 'weight of the content loss', fromRecipe('content', 'weight')),
  column('total_variation', 'number', 'weight of the smoothness term', fromRecipe('totalVariation')),
  column('init', 'string', 'where the optimization began', fromRecipe('init')),
  column('optimizer', 'string', 'the optimizer', fromRecipe('optimizer')),
  column('steps', 'integer', 'optimization steps', fromRecipe('steps')),
  column('size', 'integer', 'long edge in pixels', fromRecipe('size')),
  column(
    'initial_loss',
    'number',
    'the objective before the first step',
    (record) => record.loss?.initial.total,
  ),
  column('final_loss', 'number', 'the objective after the last step', (record) => record.loss?.final.total),
  column('recipe', 'string', 'every parameter, as JSON', (record) => record.recipe),
];

/**
 * The row of a finished item.
 * @param fileName the image, relative to the folder of the metadata file
 */
export function metadataRow(record: ItemRecord, fileName: string): MetadataRow {
  const row: Record<string, Cell> = { file_name: fileName };
  for (const { name, value } of metadataColumns) row[name] = asCell(value(record));
  return row;
}

function asCell(value: unknown): Cell {
  if (value === undefined || value === null) return null;
  return typeof value === 'string' || typeof value === 'number' ? value : JSON.stringify(value);
}
