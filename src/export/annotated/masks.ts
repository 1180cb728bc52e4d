/**
 * Masks: an 8-bit gray PNG for each image, in which the value of a pixel is the number of its category and 0 is the
 * background. Objects without mask or outline count with their box; where objects overlap, the smaller one is on top.
 * `categories.json` has the names.
 * @module
 */
import sharp from 'sharp';
import { paintPolygons } from '../annotations/paint.js';
import { decodeRle } from '../annotations/rle.js';
import type { CompleteRecord } from '../dataset/ledger/record.js';
import { WildstyleError } from '../errors.js';
import { type RecordedObject, requireCategories } from './annotated.js';
import { writeFilesOfEach } from './batches.js';
import { type Exporter, exportFile } from './exporter.js';

export const masks: Exporter = {
  async write(context) {
    const categories = await requireCategories(context, 'masks');
    const tooLarge = [...categories.keys()].find((id) => id < 1 || id > 255);
    // COCO numbers from 1, masks too; YOLO numbers from 0.
    const shift = categories.has(0) ? 1 : 0;
    if (tooLarge !== undefined && tooLarge + shift > 255) {
      throw new WildstyleError(
        'dataset-invalid',
        `A mask has values up to 255, but there is a category ${tooLarge}.`,
        {
          cure: 'Number the categories from 1 to 255, or export to coco.',
        },
      );
    }
    for (const split of context.splits) {
      await writeFilesOfEach(context.records(split), async (record) => {
        const name = record.file.replace(/\.[^./]+$/, '.png');
        const mask = await maskOf(record, shift);
        return [() => context.add(name, mask)];
      });
    }
    const names = [...categories].map(([id, name]) => [String(id + shift), name]);
    await exportFile(context, 'categories.json', (file) =>
      file.write(`${JSON.stringify(Object.fromEntries(names), null, 2)}\n`),
    );
  },
};

async function maskOf(
  { widthPx, heightPx, objects = [] }: CompleteRecord,
  shift: number,
): Promise<Uint8Array> {
  const values = new Uint8Array(widthPx * heightPx);
  for (const object of [...objects].sort((a, b) => b.area - a.area)) {
    const { data } = areaOf(object, { widthPx, heightPx });
    for (let index = 0; index < data.length; index++)
      if (data[index] === 1) values[index] = object.categoryId + shift;
  }
  return sharp(values, { raw: { width: widthPx, height: heightPx, channels: 1 } })
    .toColourspace('b-w')
    .png()
    .toBuffer();
}

function areaOf(
  { rle, polygons, bbox: [x, y, width, height] }: RecordedObject,
  shape: { widthPx: number; heightPx: number },
) {
  if (rle) return decodeRle(rle);
  const corners = [x, y, x + width, y, x + width, y + height, x, y + height];
  return paintPolygons(polygons ?? [corners], shape);
}
