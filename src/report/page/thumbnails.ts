/** Thumbnails, packed into sheets: a file for each would be tens of thousands of files. @module */
import sharp, { type OverlayOptions } from 'sharp';
import { inspectImage } from '../../images/inspect.js';

/** The long edge of a thumbnail in pixels. */
export const thumbnailPx = 160;
/** Thumbnails in a row, and rows, of a sheet. */
export const sheetEdge = 5;
const perSheet = sheetEdge * sheetEdge;
const quality = 76;
const imagesAtOnce = 4;

/**
 * The sheets in order. A thumbnail that cannot be made is left out; its cell stays empty. A sheet without any is
 * undefined.
 */
export async function* thumbnailSheets(
  paths: readonly (string | undefined)[],
  onMissing: (index: number) => void,
): AsyncGenerator<Buffer | undefined> {
  for (let start = 0; start < paths.length; start += perSheet) {
    const cells = paths.slice(start, start + perSheet);
    const overlays: OverlayOptions[] = [];
    for (let first = 0; first < cells.length; first += imagesAtOnce) {
      const group = cells.slice(first, first + imagesAtOnce);
      const made = await Promise.all(group.map(thumbnail));
      for (const [offset, image] of made.entries()) {
        const cell = first + offset;
        if (image) overlays.push(placed(image, cell));
        else onMissing(start + cell);
      }
    }
    yield overlays.length > 0 ? await sheetOf(overlays, cells.length) : undefined;
  }
}

interface Thumbnail {
  readonly data: Buffer;
  readonly width: number;
  readonly height: number;
}

async function thumbnail(path: string | undefined): Promise<Thumbnail | undefined> {
  if (path === undefined) return undefined;
  try {
    const { bytes } = await inspectImage(path);
    const { data, info } = await sharp(bytes)
      .autoOrient()
      .resize(thumbnailPx, thumbnailPx, { fit: 'inside' })
      .flatten({ background: '#ffffff' })
      .toColorspace('srgb')
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    return info.channels === 3 ? { data, width: info.width, height: info.height } : undefined;
  } catch {
    // A source may have moved, and an image may be damaged: the page says so.
    return undefined;
  }
}

function placed({ data, width, height }: Thumbnail, cell: number): OverlayOptions {
  const left = (cell % sheetEdge) * thumbnailPx + Math.floor((thumbnailPx - width) / 2);
  const top = Math.floor(cell / sheetEdge) * thumbnailPx + Math.floor((thumbnailPx - height) / 2);
  return { input: data, raw: { width, height, channels: 3 }, left, top };
}

function sheetOf(overlays: OverlayOptions[], count: number): Promise<Buffer> {
  const width = Math.min(count, sheetEdge) * thumbnailPx;
  const height = Math.ceil(count / sheetEdge) * thumbnailPx;
  return sharp({ create: { width, height, channels: 3, background: '#808080' } })
    .composite(overlays)
    .jpeg({ quality })
    .toBuffer();
}
