/**
 * Thumbnails that tell a copy of a photograph from a picture that is only like it, such as the next one of a burst: four
 * times as many cells as a fingerprint, and every part has to agree.
 * @module
 */
import { type InspectOptions, inspectImage } from '../inspect.js';
import { rgbPixels } from '../rgb-pixels.js';
import { orientations } from './orientations.js';

/** Edge of a thumbnail in cells. */
const edge = 16;
const cells = edge ** 2;
/** Parts per edge that are compared on their own. */
const parts = 4;
const cellsPerPart = (edge / parts) ** 2;
/** Edges are decoded to at most this many pixels, never enlarged: rounding to another grid would count as a difference. */
const mostDecodedPx = 512;

/**
 * Largest root mean square difference of the normalized gray cells, in all and in a part. On 774 photographs, copies of half
 * and a quarter of the edge, with JPEG qualities from 20, as WebP, or stretched, stay below these; handwritten digits of
 * one class, which often pass for copies by their fingerprints, do not come below 0.10 and 0.21.
 */
const maximumGray = 0.07;
const maximumGrayOfPart = 0.15;
/** Largest root mean square difference of the colors, in levels of 255. */
const maximumColor = 5;
/** Contrast below which a picture counts as empty, in levels of 255. Empty pages look alike without being copies. */
const leastContrast = 8;

/** A thumbnail prepared for comparison. */
export interface Thumbnail {
  /** Gray levels with mean 0 and mean square 1. */
  readonly gray: Float32Array;
  readonly blue: Float32Array;
  readonly red: Float32Array;
}

/**
 * Decodes an image and returns its thumbnail; undefined for one that has fewer than 16 pixels on an edge, or hardly any
 * contrast: nothing can be proved from it.
 * @throws everything {@link inspectImage} throws; `image-corrupt` also for truncated files
 */
export async function thumbnailOf(
  source: string | Uint8Array,
  options: InspectOptions = {},
): Promise<Thumbnail | undefined> {
  const image = await inspectImage(source, options);
  const width = Math.min(mostDecodedPx, image.widthPx);
  const height = Math.min(mostDecodedPx, image.heightPx);
  if (Math.min(width, height) < edge) return undefined;
  const { data } = await rgbPixels(source, image, { width, height, fit: 'fill' }, options);
  const [gray, blue, red] = meansOf(data, width, height);
  const mean = gray.reduce((sum, value) => sum + value, 0) / cells;
  const contrast = Math.sqrt(gray.reduce((sum, value) => sum + (value - mean) ** 2, 0) / cells);
  if (contrast < leastContrast) return undefined;
  return { gray: gray.map((value) => (value - mean) / contrast), blue, red };
}

/** Means over the cells: luma, and the differences of blue and red from it (Cb and Cr of JPEG). */
function meansOf(
  data: Uint8Array,
  width: number,
  height: number,
): [Float32Array, Float32Array, Float32Array] {
  const rgb = [0, 1, 2].map(() => new Float64Array(cells));
  const [columns, rows] = [sharesOf(width), sharesOf(height)];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = (y * width + x) * 3;
      for (const [row, ofRow] of rows[y]) {
        for (const [column, ofColumn] of columns[x]) {
          const share = ofRow * ofColumn;
          for (const channel of [0, 1, 2]) rgb[channel][row * edge + column] += share * data[at + channel];
        }
      }
    }
  }
  const [red, green, blue] = rgb;
  const luma = Float32Array.from(red, (value, i) => 0.299 * value + 0.587 * green[i] + 0.114 * blue[i]);
  return [
    luma,
    Float32Array.from(blue, (value, i) => 0.564 * (value - luma[i])),
    Float32Array.from(red, (value, i) => 0.713 * (value - luma[i])),
  ];
}

/** For each pixel of an edge, the cells that it is in and its share of their means. */
function sharesOf(pixels: number): (readonly (readonly [cell: number, share: number])[])[] {
  const size = pixels / edge;
  return Array.from({ length: pixels }, (_, pixel) => {
    const first = Math.floor(pixel / size);
    return [first, first + 1].flatMap((cell): (readonly [number, number])[] => {
      const covered = Math.min(pixel + 1, (cell + 1) * size) - Math.max(pixel, cell * size);
      return cell < edge && covered > 0 ? [[cell, covered / size]] : [];
    });
  });
}

const orders = orientations(edge);

/** Whether two thumbnails are of copies of one photograph: resized, stretched, recompressed, brightened, mirrored or turned. */
export function isCopy(a: Thumbnail, b: Thumbnail): boolean {
  return orders.some(
    (order) =>
      isGrayWithin(a.gray, b.gray, order) &&
      isColorWithin(a.blue, b.blue, order) &&
      isColorWithin(a.red, b.red, order),
  );
}

function isGrayWithin(a: Float32Array, b: Float32Array, order: Uint8Array): boolean {
  const ofParts = new Float64Array(parts ** 2);
  const [limit, limitOfPart] = [maximumGray ** 2 * cells, maximumGrayOfPart ** 2 * cellsPerPart];
  let sum = 0;
  for (let cell = 0; cell < cells; cell++) {
    const square = (a[cell] - b[order[cell]]) ** 2;
    const [x, y] = [cell % edge, Math.floor(cell / edge)];
    const part = Math.floor((y * parts) / edge) * parts + Math.floor((x * parts) / edge);
    ofParts[part] += square;
    sum += square;
    if (sum > limit || ofParts[part] > limitOfPart) return false;
  }
  return true;
}

function isColorWithin(a: Float32Array, b: Float32Array, order: Uint8Array): boolean {
  const sum = a.reduce((total, value, cell) => total + (value - b[order[cell]]) ** 2, 0);
  return sum <= maximumColor ** 2 * cells;
}
