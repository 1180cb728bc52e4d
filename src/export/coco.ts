/**
 * COCO (https://cocodataset.org/#format-data): one file per split. Names of images are relative to the dataset folder. An
 * image with a label has one annotation, a box around all of it.
 * @module
 */
import type { CompleteRecord } from '../dataset/ledger/record.js';
import { type ExportContext, type Exporter, exportFile } from './exporter.js';
import type { ExportFile } from './staging/export-file.js';

export const coco: Exporter = {
  async write(context) {
    for (const split of context.splits) {
      await exportFile(context, `${split}.json`, async (file) => {
        const { summary, classes } = context;
        const info = {
          description: `Made by wildstyle ${summary.wildstyle}`,
          date_created: summary.finishedAt,
        };
        const categories = classes.map((name, index) => ({ id: index + 1, name, supercategory: '' }));
        await file.write(
          `{"info":${JSON.stringify(info)},"licenses":[],"categories":${JSON.stringify(categories)}`,
        );
        await writeList(context, file, split, 'images', imageOf);
        await writeList(context, file, split, 'annotations', (record, id) =>
          annotationOf(record, id, classes),
        );
        await file.write('}\n');
      });
    }
  },
};

/** Writes a list with an entry for each image, which is numbered from 1. */
async function writeList(
  { records }: ExportContext,
  file: ExportFile,
  split: string,
  name: string,
  entryOf: (record: CompleteRecord, id: number) => object | undefined,
): Promise<void> {
  await file.write(`,\n"${name}":[`);
  let id = 0;
  let separator = '\n';
  for await (const record of records(split)) {
    const entry = entryOf(record, ++id);
    if (!entry) continue;
    await file.write(`${separator}${JSON.stringify(entry)}`);
    separator = ',\n';
  }
  await file.write('\n]');
}

function imageOf({ file, widthPx, heightPx, id: item, kind }: CompleteRecord, id: number): object {
  return { id, file_name: file, width: widthPx, height: heightPx, item, kind };
}

function annotationOf(
  { label, widthPx, heightPx }: CompleteRecord,
  id: number,
  classes: readonly string[],
): object | undefined {
  if (label === null) return undefined;
  return {
    id,
    image_id: id,
    category_id: classes.indexOf(label) + 1,
    bbox: [0, 0, widthPx, heightPx],
    area: widthPx * heightPx,
    segmentation: [],
    iscrowd: 0,
  };
}
