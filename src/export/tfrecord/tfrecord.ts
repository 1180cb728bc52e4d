/**
 * TFRecord files with the sidecars of TensorFlow Datasets, so that `tfds.builder_from_directory` reads them
 * (https://www.tensorflow.org/datasets/external_tfrecord). A record has the image, the number of its class, its id and its
 * row of `metadata.jsonl` as JSON.
 * @module
 */
import { metadataRow } from '../../dataset/ledger/metadata-row.js';
import type { CompleteRecord } from '../../dataset/ledger/record.js';
import { splitOfFile } from '../../dataset/output-paths.js';
import { canonicalJson } from '../../files/canonical-json.js';
import { formatOfFile } from '../../images/format.js';
import { type ExportContext, type Exporter, exportFile } from '../exporter.js';
import { type WrittenShard, writeShards } from '../shards.js';
import type { ExportFile } from '../staging/export-file.js';
import { encodeExample, frameRecord } from './example.js';

/** The name of the dataset for TensorFlow Datasets, which is part of the file names. */
const datasetName = 'wildstyle';

export const tfrecord: Exporter = {
  async write(context) {
    const number = (value: number) => String(value).padStart(5, '0');
    const shards = await writeShards(
      context,
      ({ split, index, of }) => `${datasetName}-${split}.tfrecord-${number(index)}-of-${number(of)}`,
      (file, records) => writeRecords(context, file, records),
    );
    const json = async (name: string, value: unknown) =>
      exportFile(context, name, (file) => file.write(`${canonicalJson(value)}\n`));
    await json('features.json', featuresOf(context, await imageFormat(context)));
    await json('dataset_info.json', infoOf(context, shards));
    if (context.classes.length > 0) {
      const names = `${context.classes.join('\n')}\n`;
      await exportFile(context, 'label.labels.txt', (file) => file.write(names));
    }
  },
};

async function writeRecords(
  { image, classes }: ExportContext,
  file: ExportFile,
  records: AsyncIterable<CompleteRecord>,
): Promise<void> {
  for await (const record of records) {
    const { id, label } = record;
    const example = encodeExample({
      image: await image(record),
      ...(label !== null && { label: classes.indexOf(label) }),
      id,
      metadata: JSON.stringify(metadataRow(record, splitOfFile(record.file)[1])),
    });
    for (const piece of frameRecord(example)) await file.write(piece);
  }
}

async function imageFormat({ records }: ExportContext): Promise<string | undefined> {
  for await (const { file } of records()) return formatOfFile(file);
  return undefined;
}

const python = (name: string) => ({ pythonClassName: `tensorflow_datasets.core.features.${name}` });
const text = { ...python('text_feature.Text'), text: {} };

function featuresOf({ classes }: ExportContext, format: string | undefined): object {
  const dimensions = ['-1', '-1', '3'];
  // TensorFlow Datasets decodes no WebP, so it gets the bytes.
  const image =
    format === 'jpeg' || format === 'png'
      ? {
          ...python('image_feature.Image'),
          image: { dtype: 'uint8', encodingFormat: format, shape: { dimensions } },
        }
      : { ...python('tensor_feature.Tensor'), tensor: { dtype: 'string', encoding: 'none', shape: {} } };
  const label = {
    ...python('class_label_feature.ClassLabel'),
    classLabel: { numClasses: String(classes.length) },
  };
  return {
    ...python('features_dict.FeaturesDict'),
    featuresDict: {
      features: { image, ...(classes.length > 0 && { label }), id: text, metadata: text },
    },
  };
}

function infoOf({ splits, classes, summary }: ExportContext, shards: readonly WrittenShard[]): object {
  const info = (split: string) => {
    const ofSplit = shards.filter((shard) => shard.split === split);
    return {
      name: split,
      shardLengths: ofSplit.map(({ images }) => String(images)),
      numBytes: String(ofSplit.reduce((sum, { bytes }) => sum + bytes, 0)),
      filepathTemplate: '{DATASET}-{SPLIT}.{FILEFORMAT}-{SHARD_X_OF_Y}',
    };
  };
  return {
    name: datasetName,
    version: '1.0.0',
    fileFormat: 'tfrecord',
    description: `Exported by wildstyle ${summary.wildstyle}.`,
    splits: splits.map(info),
    ...(classes.length > 0 && {
      supervisedKeys: { tuple: { items: [{ featureKey: 'image' }, { featureKey: 'label' }] } },
    }),
  };
}
