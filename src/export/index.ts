/** The exporters by name. To add one, create a file next to this one and add a line here. @module */
import { csv } from './csv.js';
import type { Exporter } from './exporter.js';
import { parquet } from './parquet.js';
import { tfrecord } from './tfrecord/tfrecord.js';
import { webdataset } from './webdataset.js';

export const exporters = { csv, webdataset, parquet, tfrecord } satisfies Record<string, Exporter>;

/** The name of an exporter. */
export type ExporterName = keyof typeof exporters;
export const exporterNames = Object.keys(exporters) as [ExporterName, ...ExporterName[]];
