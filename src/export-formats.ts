/**
 * The export formats. To add one, create a file in `export/` and add a line here. It belongs to no room, because jobs name
 * formats, too; a format is loaded when it is used.
 * @module
 */
import type { Exporter } from './export/exporter.js';

/** An export format: its description for the command-line help, and its exporter. */
export interface ExportFormat {
  readonly describe: string;
  readonly load: () => Promise<Exporter>;
  /** Whether it cannot export a dataset without labels. */
  readonly needsLabels?: boolean;
}

const exportFormats = {
  csv: {
    describe: 'one table per split, with the columns of metadata.jsonl',
    load: async (): Promise<Exporter> => (await import('./export/csv.js')).csv,
  },
  webdataset: {
    describe: 'tar shards with image, class number and metadata, for WebDataset and Hugging Face',
    load: async (): Promise<Exporter> => (await import('./export/webdataset.js')).webdataset,
  },
  parquet: {
    describe: 'tables with the images inside, for Hugging Face, DuckDB and pandas',
    load: async (): Promise<Exporter> => (await import('./export/parquet.js')).parquet,
  },
  tfrecord: {
    describe: 'TFRecord shards with the sidecars of TensorFlow Datasets',
    load: async (): Promise<Exporter> => (await import('./export/tfrecord/tfrecord.js')).tfrecord,
  },
  coco: {
    describe: 'one COCO file per split; without annotations, each labeled image has one box around it',
    load: async (): Promise<Exporter> => (await import('./export/coco.js')).coco,
  },
  yolo: {
    describe: 'the folders that YOLO classification reads',
    load: async (): Promise<Exporter> => (await import('./export/yolo.js')).yolo,
    needsLabels: true,
  },
  yoloBoxes: {
    describe: 'images, labels and data.yaml that YOLO detection and segmentation read',
    load: async (): Promise<Exporter> => (await import('./export/annotated/yolo-boxes.js')).yoloBoxes,
  },
  masks: {
    describe: 'a gray PNG for each image, whose values are categories',
    load: async (): Promise<Exporter> => (await import('./export/annotated/masks.js')).masks,
  },
  croissant: {
    describe: 'a description of the dataset in Croissant 1.1, which loaders can read, too',
    load: async (): Promise<Exporter> => (await import('./export/croissant/croissant.js')).croissant,
  },
} satisfies Record<string, ExportFormat>;

/** The name of an export format. */
export type ExporterName = keyof typeof exportFormats;
export const exporterNames = Object.keys(exportFormats) as [ExporterName, ...ExporterName[]];

/** Returns a format by its name. */
export function exportFormat(name: ExporterName): ExportFormat {
  return exportFormats[name];
}
