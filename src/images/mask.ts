/** Masks: images whose colors say to which region each pixel of another image belongs. @module */
import { WildstyleError } from '../errors.js';
import type { FittedTarget, ImageShape } from './fit.js';
import { type InspectOptions, inspectImage, nameOfSource } from './inspect.js';
import { rgbPixels } from './rgb-pixels.js';

/** The regions of an image, by color. */
export interface Mask {
  /** Equal for equal masks. */
  readonly key: string;
  readonly height: number;
  readonly width: number;
  /** The colors of the mask, such as `#ff0000`, sorted. */
  readonly colors: readonly string[];
  /** For each pixel, row by row, the index of its color. */
  readonly indexes: Uint8Array;
}

/** More colors than this are a mask with soft edges, or lossy compression. */
const mostColors = 16;
/** How much the ratios of width to height of mask and image may differ: both are rounded to pixels. */
const ratioTolerance = 0.02;

/**
 * Decodes the mask of an image. It is fitted like the image, to the nearest pixel, so that no color is mixed.
 * @param image the size of the image file; that of the mask may differ by a factor
 * @param shape the size of the decoded image
 * @throws `mask-invalid` if it has too many colors or another aspect ratio; the errors of `inspectImage`
 */
export async function decodeMask(
  source: string | Uint8Array,
  image: ImageShape,
  shape: ImageShape,
  fit: FittedTarget['fit'],
  options: InspectOptions = {},
): Promise<Omit<Mask, 'key'>> {
  const name = nameOfSource(source, options);
  const inspected = await inspectImage(source, options);
  const { widthPx, heightPx } = inspected;
  const ratio = (widthPx * image.heightPx) / (heightPx * image.widthPx);
  if (Math.abs(Math.log(ratio)) > ratioTolerance) {
    throw invalid(
      `${name}: is ${widthPx} x ${heightPx} pixels, but its image is ${image.widthPx} x ${image.heightPx}`,
      'Give the mask the size of its image.',
    );
  }
  const { data } = await rgbPixels(source, inspected, { width: widthPx, height: heightPx }, options);
  const colorAt = (pixel: number) =>
    (data[3 * pixel] << 16) | (data[3 * pixel + 1] << 8) | data[3 * pixel + 2];
  const known = new Set<number>();
  for (let pixel = 0; pixel < widthPx * heightPx; pixel++) {
    known.add(colorAt(pixel));
    if (known.size > mostColors) {
      throw invalid(
        `${name}: has more than ${mostColors} colors, so they are not regions`,
        'Save it as PNG, without soft edges.',
      );
    }
  }
  const sorted = [...known].sort((a, b) => a - b);
  const indexOf = new Map(sorted.map((color, index) => [color, index]));
  const [rows, columns] = nearest({ widthPx, heightPx }, shape, fit);
  const indexes = new Uint8Array(shape.widthPx * shape.heightPx);
  for (const [y, row] of rows.entries()) {
    for (const [x, column] of columns.entries())
      indexes[y * shape.widthPx + x] = indexOf.get(colorAt(row * widthPx + column)) ?? 0;
  }
  return {
    height: shape.heightPx,
    width: shape.widthPx,
    colors: sorted.map((color) => `#${color.toString(16).padStart(6, '0')}`),
    indexes,
  };
}

/** The row of the source for each row of the result, and the column for each column. */
function nearest(
  source: ImageShape,
  shape: ImageShape,
  fit: FittedTarget['fit'],
): [Uint32Array, Uint32Array] {
  const cover = Math.max(shape.widthPx / source.widthPx, shape.heightPx / source.heightPx);
  const along = (from: number, to: number): Uint32Array => {
    const scale = fit === 'stretch' ? to / from : cover;
    const before = (from * scale - to) / 2;
    return Uint32Array.from({ length: to }, (_, i) =>
      Math.min(from - 1, Math.max(0, Math.floor((i + 0.5 + before) / scale))),
    );
  };
  return [along(source.heightPx, shape.heightPx), along(source.widthPx, shape.widthPx)];
}

/** A mask at another size, by nearest pixels. */
export function resizeMask({ key, height, width, colors, indexes }: Mask, shape: ImageShape): Mask {
  const [rows, columns] = nearest({ widthPx: width, heightPx: height }, shape, 'stretch');
  const { heightPx, widthPx } = shape;
  const data = new Uint8Array(widthPx * heightPx);
  for (const [y, row] of rows.entries())
    for (const [x, column] of columns.entries()) data[y * widthPx + x] = indexes[row * width + column];
  return { key: `${key};${widthPx}x${heightPx}`, height: heightPx, width: widthPx, colors, indexes: data };
}

const invalid = (message: string, cure: string) => new WildstyleError('mask-invalid', message, { cure });
