/**
 * COCO (https://cocodataset.org/#format-data): one file per split. Names of images are relative to the dataset folder. A
 * dataset with annotations has those; in others, an image with a label has one annotation, a box around all of it.
 * @module
 */
import type { CompleteRecord } from '../dataset/ledger/record.js';
import { categoriesOf } from './annotated/categories.js';
import { type ExportContext, type Exporter, exportFile } from './exporter.js';
import type { ExportFile } from './staging/export-file.js';

export const coco: Exporter = {
  async write(context) {
    const { names } = await categoriesOf(context);
    const categories =
      names.size > 0
        ? [...names].map(([id, name]) => ({ id, name, supercategory: '' }))
        : context.classes.map((name, index) => ({ id: index + 1, name, supercategory: '' }));
    for (const split of context.splits) {
      await exportFile(context, `${split}.json`, async (file) => {
        const { summary, classes } = context;
        const info = {
          description: `Made by wildstyle ${summary.wildstyle}`,
          date_created: summary.finishedAt,
        };
        await file.write(
          `{"info":${JSON.stringify(info)},"licenses":[],"categories":${JSON.stringify(categories)}`,
        );
        await writeList(context, file, split, 'images', (record, id) => [imageOf(record, id)]);
        let next = 1;
        await writeList(context, file, split, 'annotations', (record, image_id) => {
          const found = names.size > 0 ? annotationsOf(record) : wholeImage(record, classes);
          return found.map((annotation) => ({ id: next++, image_id, ...annotation }));
        });
        await file.write('}\n');
      });
    }
  },
};

/** Writes a list with the entries of each image, which is numbered from 1. */
async function writeList(
  { records }: ExportContext,
  file: ExportFile,
  split: string,
  name: string,
  entriesOf: (record: CompleteRecord, id: number) => readonly object[],
): Promise<void> {
  await file.write(`,\n"${name}":[`);
  let id = 0;
  let separator = '\n';
  for await (const record of records(split)) {
    for (const entry of entriesOf(record, ++id)) {
      await file.write(`${separator}${JSON.stringify(entry)}`);
      separator = ',\n';
    }
  }
  await file.write('\n]');
}

function imageOf({ file, widthPx, heightPx, id: item, kind }: CompleteRecord, id: number): object {
  return { id, file_name: file, width: widthPx, height: heightPx, item, kind };
}

function annotationsOf({ objects = [] }: CompleteRecord): object[] {
  return objects.map(({ categoryId, bbox, area, polygons, rle, isCrowd }) => ({
    category_id: categoryId,
    bbox,
    area,
    segmentation: rle ?? polygons ?? [],
    iscrowd: isCrowd ? 1 : 0,
  }));
}

function wholeImage({ label, widthPx, heightPx }: CompleteRecord, classes: readonly string[]): object[] {
  if (label === null) return [];
  return [
    {
      category_id: classes.indexOf(label) + 1,
      bbox: [0, 0, widthPx, heightPx],
      area: widthPx * heightPx,
      segmentation: [],
      iscrowd: 0,
    },
  ];
}
