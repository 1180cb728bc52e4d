/**
 * The folders that YOLO detection and segmentation read: `images/<split>/`, `labels/<split>/` and `data.yaml`
 * (https://docs.ultralytics.com/datasets/detect). Categories are numbered from 0, in the order of the source. If any object
 * has an outline, every label is an outline, since files may not mix them; that of a box has its four corners. A line is
 * an object, so several outlines of one object are joined. Regions with many objects have no form in YOLO and are left out.
 * @module
 */
import { basename, extname } from 'node:path';
import { stringify } from 'yaml';
import { joinOutlines } from '../../annotations/join-outlines.js';
import { decodeRle } from '../../annotations/rle.js';
import { boxOfMask } from '../../annotations/transform.js';
import type { CompleteRecord } from '../../dataset/ledger/record.js';
import { writeFilesOfEach } from '../batches.js';
import { type Exporter, exportFile } from '../exporter.js';
import { type RecordedObject, requireCategories } from './categories.js';

export const yoloBoxes: Exporter = {
  async write(context) {
    const { splits, records, copy, add } = context;
    const categories = await requireCategories(context, 'yoloBoxes');
    const numbers = new Map([...categories.names.keys()].map((id, index) => [id, index]));
    let hasOutlines = false;
    for await (const { objects = [] } of records())
      hasOutlines ||= objects.some(({ polygons, isCrowd }) => polygons !== undefined && !isCrowd);
    for (const split of splits) {
      await writeFilesOfEach(records(split), (record) => {
        const name = basename(record.file, extname(record.file));
        const lines = (record.objects ?? [])
          .filter(({ isCrowd }) => !isCrowd)
          .map((object) => {
            const values = labelOf(object, record, hasOutlines);
            return `${numbers.get(object.categoryId)} ${values.join(' ')}\n`;
          });
        return [
          () => copy(`images/${split}/${basename(record.file)}`, record),
          () => add(`labels/${split}/${name}.txt`, lines.join('')),
        ];
      });
    }
    const folders = Object.fromEntries(
      splits.map((split) => [split === 'validation' ? 'val' : split, `images/${split}`]),
    );
    const names = [...categories.names.values()];
    // Without `path`, folders are relative to the file; a relative one counts from the working folder.
    await exportFile(context, 'data.yaml', (file) => file.write(stringify({ ...folders, names })));
  },
};

/** The numbers of an object's label. */
function labelOf(object: RecordedObject, record: CompleteRecord, hasOutlines: boolean): string[] {
  const { widthPx, heightPx } = record;
  const { polygons, rle } = object;
  const [x, y, width, height] = (rle && boxOfMask(decodeRle(rle))) ?? object.bbox;
  if (!hasOutlines)
    return [(x + width / 2) / widthPx, (y + height / 2) / heightPx, width / widthPx, height / heightPx].map(
      digits,
    );
  const corners = [x, y, x + width, y, x + width, y + height, x, y + height];
  return joinOutlines(polygons ?? [corners]).map((value, index) =>
    digits(value / (index % 2 === 0 ? widthPx : heightPx)),
  );
}

const digits = (share: number): string => String(Number(share.toFixed(6)));
