/**
 * Croissant 1.1: a description of the dataset in JSON-LD that search engines and loaders read
 * (https://docs.mlcommons.org/croissant/docs/croissant-spec-1.1.html). It describes the images where they are.
 * @module
 */
import { basename } from 'node:path';
import { type ColumnType, metadataColumns } from '../../dataset/ledger/metadata-row.js';
import type { Counts } from '../../dataset/ledger/tally.js';
import { counted, madeBy } from '../../dataset/made-by.js';
import { splitMetadataName } from '../../dataset/output-paths.js';
import { extensionOf, formatOfFile, type ImageFormat } from '../../images/format.js';
import { type ExportContext, type Exporter, exportFile } from '../exporter.js';
import { croissantContext } from './context.js';

export const croissant: Exporter = {
  async write(context) {
    const format = await imageFormat(context);
    const description = describe(context, format);
    await exportFile(context, 'croissant.json', (file) =>
      file.write(`${JSON.stringify(description, null, 2)}\n`),
    );
  },
};

async function imageFormat({ records }: ExportContext): Promise<ImageFormat> {
  for await (const { file } of records()) return formatOfFile(file) ?? 'jpeg';
  return 'jpeg';
}

const dataTypes: Readonly<Record<ColumnType, string>> = {
  string: 'sc:Text',
  integer: 'sc:Integer',
  number: 'sc:Float',
};

function describe(context: ExportContext, format: ImageFormat): object {
  const { summary, splits, classes } = context;
  const { stylized, originals } = summary.counts;
  const { methods, about, hasStyle } = madeBy(summary);
  const where = classes.length > 0 ? ` in ${counted(classes.length, 'class', 'classes')}` : '';
  return {
    '@context': croissantContext,
    '@type': 'sc:Dataset',
    conformsTo: 'http://mlcommons.org/croissant/1.1',
    name: basename(String((summary.job.output as { root?: unknown } | undefined)?.root ?? 'dataset')),
    description: `${counted(stylized, 'image')} made by ${methods} and ${counted(originals, 'original')}${where}, created by wildstyle ${summary.wildstyle}.`,
    ...licensesOf(summary.counts),
    datePublished: summary.finishedAt.slice(0, 10),
    version: '1.0.0',
    keywords: [
      ...(hasStyle ? ['style transfer'] : []),
      'data augmentation',
      'image classification',
      'synthetic',
    ],
    'prov:wasGeneratedBy': {
      '@type': 'prov:Activity',
      'prov:label': capitalized(methods),
      'prov:wasAssociatedWith': {
        '@type': 'prov:SoftwareAgent',
        'prov:label': `wildstyle ${summary.wildstyle}`,
      },
    },
    'rai:dataManipulationProtocol': `${capitalized(about)}. manifest.jsonl has the digests of the sources and every parameter.`,
    distribution: [
      {
        '@type': 'cr:FileObject',
        '@id': 'dataset',
        name: 'dataset',
        description:
          'The folder of the dataset. The digest is that of manifest.jsonl, which has those of all images.',
        contentUrl: '../..',
        // The only type of a folder that loaders know; they take one that is on the disk as it is.
        encodingFormat: 'git+https',
        sha256: summary.digests.manifest,
      },
      ...splits.flatMap((split) => filesOf(context, split, format)),
    ],
    recordSet: [
      splitSet(splits),
      ...(classes.length > 0 ? [classSet(classes)] : []),
      ...splits.map(recordSet),
    ],
  };
}

const capitalized = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

function filesOf({ summary }: ExportContext, split: string, format: ImageFormat): object[] {
  return [
    {
      '@type': 'cr:FileObject',
      '@id': `${split}-metadata`,
      name: `${split}-metadata`,
      contentUrl: `../../${split}/${splitMetadataName}`,
      encodingFormat: 'application/jsonlines',
      sha256: summary.digests.metadata[split],
    },
    {
      '@type': 'cr:FileSet',
      '@id': `${split}-images`,
      name: `${split}-images`,
      containedIn: { '@id': 'dataset' },
      encodingFormat: `image/${format}`,
      includes: `${split}/*.${extensionOf(format)}`,
    },
  ];
}

/** The records of a split: the images joined with the rows of the metadata by id, which is the name of the file. */
function recordSet(split: string): object {
  const images = { fileSet: { '@id': `${split}-images` } };
  const metadata = { fileObject: { '@id': `${split}-metadata` } };
  const field = (name: string, dataType: string | readonly string[], source: object, more = {}) => ({
    '@type': 'cr:Field',
    '@id': `${split}/${name}`,
    name,
    dataType,
    source,
    ...more,
  });
  return {
    '@type': 'cr:RecordSet',
    '@id': split,
    name: split,
    key: { '@id': `${split}/id` },
    field: [
      field(
        'id',
        'sc:Text',
        { ...images, extract: { fileProperty: 'filename' }, transform: { regex: '^([^.]+)' } },
        { references: { ...metadata, extract: { column: 'id' } } },
      ),
      field('image', 'sc:ImageObject', { ...images, extract: { fileProperty: 'content' } }),
      ...metadataColumns
        .filter(({ name }) => name !== 'id')
        .map(({ name, type, meaning }) =>
          field(
            name,
            name === 'label' ? [dataTypes[type], 'cr:Label'] : dataTypes[type],
            { ...metadata, extract: { column: name } },
            { description: meaning },
          ),
        ),
    ],
  };
}

/** Distinct licenses, and which sources have them. */
function licensesOf({ licenses = [] }: Counts): object {
  if (licenses.length === 0) return {};
  const known = licenses.flatMap(({ license }) => (license === null ? [] : [licenseUrl(license)]));
  return {
    license: [...new Set(known)],
    'prov:wasDerivedFrom': licenses.map(({ role, license, images }) => ({
      '@type': 'prov:Entity',
      'prov:label': `${images} ${role} images${license === null ? ' without a license on record' : ''}`,
      ...(license !== null && { license: licenseUrl(license) }),
    })),
  };
}

/** SPDX identifiers have a page each. */
function licenseUrl(license: string): string {
  return /^[A-Za-z0-9][A-Za-z0-9.+-]*$/.test(license) ? `https://spdx.org/licenses/${license}.html` : license;
}

const splitTypes: Readonly<Record<string, string>> = {
  train: 'cr:TrainingSplit',
  validation: 'cr:ValidationSplit',
  test: 'cr:TestSplit',
};

function splitSet(splits: readonly string[]): object {
  return {
    '@type': 'cr:RecordSet',
    '@id': 'splits',
    name: 'splits',
    dataType: 'cr:Split',
    key: { '@id': 'splits/name' },
    field: [textField('splits/name'), { ...textField('splits/url'), dataType: 'sc:URL' }],
    data: splits.map((name) => ({ 'splits/name': name, 'splits/url': splitTypes[name] ?? 'cr:Split' })),
  };
}

function classSet(classes: readonly string[]): object {
  return {
    '@type': 'cr:RecordSet',
    '@id': 'classes',
    name: 'classes',
    dataType: 'sc:Enumeration',
    key: { '@id': 'classes/name' },
    field: [textField('classes/name')],
    data: classes.map((name) => ({ 'classes/name': name })),
  };
}

function textField(id: string): object {
  return { '@type': 'cr:Field', '@id': id, name: id.slice(id.indexOf('/') + 1), dataType: 'sc:Text' };
}
