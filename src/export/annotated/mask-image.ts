/**
 * The mask of an image: a gray PNG in which values are categories and 0 is the background; smaller objects are on top, and
 * regions with many objects at the bottom.
 * @module
 */
import sharp from 'sharp';
import { paintPolygons } from '../../annotations/paint.js';
import { decodeRle } from '../../annotations/rle.js';
import type { CompleteRecord } from '../../dataset/ledger/record.js';
import type { Categories, RecordedObject } from './categories.js';

/**
 * Returns what to add to the number of a category to get its value in masks: COCO numbers from 1, masks too; YOLO numbers
 * from 0.
 */
export function maskShift({ names }: Categories): number {
  return names.has(0) ? 1 : 0;
}

/** Returns whether a value from 1 to 255 can stand for a category. */
export function fitsMasks(id: number, categories: Categories): boolean {
  return id >= 0 && id + maskShift(categories) <= 255;
}

/** Returns the number of a category of an object that no value can stand for; undefined if there is none. */
export function beyondMasks(categories: Categories): number | undefined {
  return [...categories.used].find((id) => !fitsMasks(id, categories));
}

/** Encodes the mask of an image. @param shift see {@link maskShift} */
export async function maskOf(
  { widthPx, heightPx, objects = [] }: CompleteRecord,
  shift: number,
): Promise<Uint8Array> {
  const values = new Uint8Array(widthPx * heightPx);
  const isCrowd = (object: RecordedObject) => Number(object.isCrowd ?? false);
  for (const object of [...objects].sort((a, b) => isCrowd(b) - isCrowd(a) || b.area - a.area)) {
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
