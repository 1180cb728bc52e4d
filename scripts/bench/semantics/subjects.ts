/** Pairs of pictures whose parts are known. @module */
import type { Pixels } from '../../../src/images/pixels.js';

/** A picture, and the number of the part that each pixel belongs to, row by row. */
export interface Subject {
  readonly pixels: Pixels;
  readonly numbers: Uint8Array;
}

/** A content and a style picture with equal parts. */
export interface Subjects {
  readonly content: Subject;
  readonly style: Subject;
  /** The numbers of the parts whose colors are compared, by name. */
  readonly judged: Readonly<Record<string, number>>;
}
