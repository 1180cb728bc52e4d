/**
 * Fingerprints of pictures: a thumbnail of 8 x 8 gray levels and 4 x 4 colors. Copies of a picture have almost the same
 * one, whatever their size, format and quality.
 * @module
 */
import { type InspectOptions, inspectImage } from '../inspect.js';
import { rgbPixels } from '../rgb-pixels.js';

/** Edge of the gray part of a fingerprint. */
export const grayEdge = 8;
/** Edge of each of its two color parts, blue and red (Cb and Cr of JPEG, around 128). */
export const colorEdge = 4;
const grayCells = grayEdge ** 2;
const colorCells = colorEdge ** 2;
/** Length of a fingerprint in bytes: gray row by row, then blue, then red. */
export const fingerprintBytes = grayCells + 2 * colorCells;

/** Decoded edge. Means over it are more robust than a direct resize to the cells. */
const decodedEdge = 32;

/**
 * Decodes an image and returns its fingerprint. The picture is stretched to a square, so a fingerprint does not depend on
 * the shape of the file; the EXIF orientation is applied, and transparency is put on white.
 * @throws everything {@link inspectImage} throws; `image-corrupt` also for truncated files
 */
export async function fingerprintOf(
  source: string | Uint8Array,
  options: InspectOptions = {},
): Promise<Uint8Array> {
  const image = await inspectImage(source, options);
  const resize = { width: decodedEdge, height: decodedEdge, fit: 'fill', kernel: 'cubic' } as const;
  const { data } = await rgbPixels(source, image, resize, options);
  return fromPixels(data);
}

/** @param data RGB of a square of 32 x 32 pixels, row by row */
function fromPixels(data: Uint8Array): Uint8Array {
  const sums = new Float64Array(fingerprintBytes);
  const perGray = (decodedEdge / grayEdge) ** 2;
  const perColor = (decodedEdge / colorEdge) ** 2;
  for (let y = 0; y < decodedEdge; y++) {
    for (let x = 0; x < decodedEdge; x++) {
      const at = (y * decodedEdge + x) * 3;
      const [red, green, blue] = [data[at], data[at + 1], data[at + 2]];
      const luma = 0.299 * red + 0.587 * green + 0.114 * blue;
      const color = grayCells + cellOf(x, y, colorEdge);
      sums[cellOf(x, y, grayEdge)] += luma / perGray;
      sums[color] += (128 + 0.564 * (blue - luma)) / perColor;
      sums[color + colorCells] += (128 + 0.713 * (red - luma)) / perColor;
    }
  }
  return Uint8Array.from(sums, (value) => Math.min(255, Math.max(0, Math.round(value))));
}

function cellOf(x: number, y: number, edge: number): number {
  const size = decodedEdge / edge;
  return Math.floor(y / size) * edge + Math.floor(x / size);
}

/** Returns a fingerprint as text, for files. */
export function formatFingerprint(fingerprint: Uint8Array): string {
  return Buffer.from(fingerprint).toString('base64');
}

/** Parses the text of a fingerprint; undefined if it is not one. */
export function parseFingerprint(text: string): Uint8Array | undefined {
  const bytes = Buffer.from(text, 'base64');
  return bytes.length === fingerprintBytes ? new Uint8Array(bytes) : undefined;
}
