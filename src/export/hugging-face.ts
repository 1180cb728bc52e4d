/** What Hugging Face `datasets` needs to know about an export: features, and a card that declares splits and features. @module */
import { stringify } from 'yaml';
import { splitIdentifier } from '../dataset/card/loading-guide.js';
import { type ColumnType, metadataColumns } from '../dataset/ledger/metadata-row.js';
import type { ExportContext } from './exporter.js';

/** The type of a column in `datasets`. */
export const valueTypes: Readonly<Record<ColumnType, string>> = {
  string: 'string',
  integer: 'int64',
  number: 'float64',
};

/** A feature as a card declares it. */
export type CardFeature = { readonly name: string } & Readonly<Record<string, unknown>>;

/** The feature of a class number. */
export function labelFeature(name: string, classes: readonly string[]): CardFeature {
  const names = Object.fromEntries(classes.map((label, index) => [String(index), label]));
  return { name, dtype: { class_label: { names } } };
}

/** The features of the metadata columns; a label among them is a string. */
export const metadataFeatures: readonly CardFeature[] = metadataColumns.map(({ name, type }) => ({
  name,
  dtype: valueTypes[type],
}));

/** The feature of a row of the metadata as JSON. */
export const jsonFeature: CardFeature = {
  name: 'json',
  struct: [{ name: 'file_name', dtype: 'string' }, ...metadataFeatures],
};

/**
 * Returns the README.md of an export, so that `load_dataset` on its folder knows splits and features.
 * @param pattern the files of a split, relative to the export
 */
export function exportCard(
  { splits }: ExportContext,
  { pattern, features }: { pattern: (split: string) => string; features: readonly CardFeature[] },
): string {
  const config = {
    config_name: 'default',
    data_files: splits.map((split) => ({ split: splitIdentifier(split), path: pattern(split) })),
  };
  const front = {
    task_categories: ['image-classification'],
    configs: [config],
    // Without it the types come from the first samples, where a column may have no value yet.
    dataset_info: [{ config_name: config.config_name, features }],
  };
  return `---\n${stringify(front)}---\n\nExported by wildstyle; the card of the dataset is the README.md two folders above.\n`;
}
