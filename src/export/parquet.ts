/**
 * Parquet with the images inside, in the layout of Hugging Face `datasets`: a column `image` with bytes and path, `label`
 * as the number of the class, and the other columns of `metadata.jsonl`. A dataset with outlines or masks has a column `mask`,
 * an image, too. The key `huggingface` of the file's metadata restores the types `Image` and `ClassLabel`.
 * @module
 */
import { ByteWriter, ParquetWriter } from 'hyparquet-writer';
import { type ColumnType, metadataColumns, metadataRow } from '../dataset/ledger/metadata-row.js';
import type { CompleteRecord } from '../dataset/ledger/record.js';
import { splitOfFile } from '../dataset/output-paths.js';
import { packageVersion } from '../version.js';
import { categoriesOf } from './annotated/categories.js';
import { beyondMasks, maskOf, maskShift } from './annotated/mask-image.js';
import { type ExportContext, type Exporter, exportFile } from './exporter.js';
import { exportCard, labelFeature, metadataFeatures, valueTypes } from './hugging-face.js';
import { writeShards } from './shards.js';
import type { ExportFile } from './staging/export-file.js';

/** A row group is in memory while it is written. */
const maximumGroup = { images: 1000, bytes: 16e6 };

export const parquet: Exporter = {
  async write(context) {
    const number = (value: number) => String(value).padStart(5, '0');
    const masks = await maskColumn(context);
    await writeShards(
      context,
      ({ split, index, of }) => `data/${split}-${number(index)}-of-${number(of)}.parquet`,
      (file, records) => writeTable(context, masks, file, records),
    );
    const features = [
      { name: 'image', dtype: 'image' },
      ...(masks ? [{ name: 'mask', dtype: 'image' }] : []),
      ...metadataFeatures.map((feature) =>
        hasLabels(context) && feature.name === 'label' ? labelFeature('label', context.classes) : feature,
      ),
    ];
    await exportFile(context, 'README.md', (file) =>
      file.write(exportCard(context, { pattern: (split) => `data/${split}-*.parquet`, features })),
    );
  },
};

/** Encodes the mask of an image. */
type MaskColumn = (record: CompleteRecord) => Promise<Uint8Array>;

/** The masks of a dataset with outlines or masks; boxes alone say no more than the column `objects`. */
async function maskColumn(context: ExportContext): Promise<MaskColumn | undefined> {
  const categories = await categoriesOf(context);
  if (categories.used.size === 0 || beyondMasks(categories) !== undefined) return undefined;
  for await (const { objects = [] } of context.records())
    if (objects.some(({ rle, polygons }) => rle !== undefined || polygons !== undefined))
      return (record) => maskOf(record, maskShift(categories));
  return undefined;
}

const hasLabels = ({ classes }: ExportContext): boolean => classes.length > 0;

type SchemaElement = ConstructorParameters<typeof ParquetWriter>[0]['schema'][number];
type ColumnData = Parameters<ParquetWriter['write']>[0]['columnData'][number];

const elements: Readonly<Record<ColumnType, Omit<SchemaElement, 'name'>>> = {
  string: { type: 'BYTE_ARRAY', converted_type: 'UTF8' },
  integer: { type: 'INT64' },
  number: { type: 'DOUBLE' },
};

/** The type of a column: classes are numbers. */
function typeOf(context: ExportContext, { name, type }: { name: string; type: ColumnType }): ColumnType {
  return name === 'label' && hasLabels(context) ? 'integer' : type;
}

/** An image as `datasets` has it. */
const imageElements = (name: string): SchemaElement[] => [
  { name, num_children: 2, repetition_type: 'OPTIONAL' },
  { name: 'bytes', type: 'BYTE_ARRAY', repetition_type: 'OPTIONAL' },
  { name: 'path', ...elements.string, repetition_type: 'OPTIONAL' },
];

function schemaOf(context: ExportContext, masks: MaskColumn | undefined): SchemaElement[] {
  return [
    { name: 'root', num_children: 1 + (masks ? 1 : 0) + metadataColumns.length },
    ...imageElements('image'),
    ...(masks ? imageElements('mask') : []),
    ...metadataColumns.map(
      (column): SchemaElement => ({
        name: column.name,
        ...elements[typeOf(context, column)],
        repetition_type: 'OPTIONAL',
      }),
    ),
  ];
}

/** The features of `datasets`, as it writes them into files of its own. */
function huggingFaceMetadata(context: ExportContext, masks: MaskColumn | undefined): string {
  const features = Object.fromEntries(
    metadataColumns.map(({ name, type }) => [
      name,
      name === 'label' && hasLabels(context)
        ? { names: context.classes, _type: 'ClassLabel' }
        : { dtype: valueTypes[type], _type: 'Value' },
    ]),
  );
  const image = { _type: 'Image' };
  return JSON.stringify({ info: { features: { image, ...(masks && { mask: image }), ...features } } });
}

interface Row {
  readonly record: CompleteRecord;
  readonly bytes: Uint8Array;
  readonly mask?: Uint8Array;
}

async function writeTable(
  context: ExportContext,
  masks: MaskColumn | undefined,
  file: ExportFile,
  records: AsyncIterable<CompleteRecord>,
): Promise<void> {
  const buffer = new ByteWriter();
  const writer = new ParquetWriter({
    writer: buffer,
    schema: schemaOf(context, masks),
    codec: 'SNAPPY',
    kvMetadata: [{ key: 'huggingface', value: huggingFaceMetadata(context, masks) }],
    createdBy: `wildstyle version ${packageVersion()}`,
  });
  const store = async () => {
    await file.write(buffer.getBytes().slice());
    buffer.index = 0;
  };
  let group: Row[] = [];
  let groupBytes = 0;
  const flush = async () => {
    if (group.length === 0) return;
    writer.write({ columnData: columnsOf(context, group), rowGroupSize: group.length });
    group = [];
    groupBytes = 0;
    await store();
  };
  for await (const record of records) {
    const bytes = await context.image(record);
    const mask = await masks?.(record);
    group.push({ record, bytes, ...(mask && { mask }) });
    groupBytes += bytes.byteLength + (mask?.byteLength ?? 0);
    if (group.length >= maximumGroup.images || groupBytes >= maximumGroup.bytes) await flush();
  }
  await flush();
  writer.finish();
  await store();
}

function columnsOf(context: ExportContext, group: readonly Row[]): ColumnData[] {
  const rows = group.map(({ record }) => metadataRow(record, splitOfFile(record.file)[1]));
  const images = (name: string, bytesOf: (row: Row) => Uint8Array | undefined): ColumnData => ({
    name,
    data: group.map((row, index) => ({ bytes: bytesOf(row), path: rows[index].file_name })),
    // Images are compressed already.
    codec: 'UNCOMPRESSED',
    encoding: 'PLAIN',
    statistics: false,
  });
  return [
    images('image', ({ bytes }) => bytes),
    ...(group[0].mask ? [images('mask', ({ mask }) => mask)] : []),
    ...metadataColumns.map(
      (column): ColumnData => ({
        name: column.name,
        data: rows.map((row) => cellOf(context, column, row[column.name])),
      }),
    ),
  ];
}

function cellOf(
  context: ExportContext,
  column: { name: string; type: ColumnType },
  value: string | number | null,
): unknown {
  if (value === null) return null;
  if (column.name === 'label' && hasLabels(context)) return BigInt(context.classes.indexOf(String(value)));
  return column.type === 'integer' ? BigInt(value) : value;
}
