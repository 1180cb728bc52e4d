/** Annotated objects of images. @module */
import type { Rle } from './rle.js';

/** Left, top, width and height in pixels. */
export type Box = readonly [x: number, y: number, width: number, height: number];

/** An object in an image. Coordinates are in pixels from the left and the top edge. */
export interface AnnotatedObject {
  readonly category: string;
  /** Number of the category, as in its source. */
  readonly categoryId: number;
  readonly bbox: Box;
  /** Outlines: x and y in turn. */
  readonly polygons?: readonly (readonly number[])[];
  /** Mask, instead of outlines. */
  readonly rle?: Rle;
  /** A region with many objects, which are not told apart. */
  readonly isCrowd?: boolean;
}

/** The annotations of a content image as they are given. */
export interface SourceAnnotations {
  readonly objects: readonly AnnotatedObject[];
  /** Coordinates are shares of width and height. */
  readonly isRelative?: boolean;
  /** The size that the annotations are for, if it is given. */
  readonly widthPx?: number;
  readonly heightPx?: number;
  /** File of a mask in which every value but 0 is a category; it is read when an item is made. */
  readonly maskFile?: string;
}
