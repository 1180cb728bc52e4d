/** Pixels as they are between files and tensors. @module */

/** An opaque 8-bit sRGB image: `data` holds red, green, blue of each pixel, row by row, `3 * widthPx * heightPx` bytes. */
export interface Pixels {
  readonly data: Uint8Array;
  readonly widthPx: number;
  readonly heightPx: number;
}
