/** Decoded images, as exchanged between files and tensors. @module */

/**
 * An opaque 8-bit sRGB image. `data` has `3 * widthPx * heightPx` bytes: red, green and blue of each pixel, row by row.
 */
export interface Pixels {
  readonly data: Uint8Array;
  readonly widthPx: number;
  readonly heightPx: number;
}
