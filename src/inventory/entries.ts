/** The images of an inventory. @module */
import type { SourceAnnotations } from '../annotations/object.js';

/** Who made an image, and what others may do with it. */
export interface ImageRights {
  /** An SPDX identifier such as `CC0-1.0`, an address, or the words of the source. */
  readonly license?: string;
  readonly author?: string;
}

/** One image file of an inventory. */
export interface ImageEntry extends ImageRights {
  /** Path relative to the content or style root, with forward slashes. */
  readonly path: string;
  /** sha256 of the file, as 64 hex digits. */
  readonly sha256: string;
  readonly bytes: number;
  /** Its mask, if the job has masks and the image has one. */
  readonly mask?: MaskEntry;
}

/** The file of a mask. */
export interface MaskEntry {
  /** Path relative to the folder of masks, with forward slashes. */
  readonly path: string;
  readonly sha256: string;
}

export interface ContentEntry extends ImageEntry {
  /** The class; null if the job has no labels. */
  readonly label: string | null;
  /** The split, if it is given by a folder or a CSV file, or was drawn. */
  readonly split?: string;
  /** Boxes, outlines and masks. Absent if the job has none; empty for an image without any. */
  readonly annotations?: SourceAnnotations;
  /** The group, if it is given by a CSV column, or was found. All images of a group share a split. */
  readonly group?: string;
}

export interface StyleEntry extends ImageEntry {
  /** The folder of the image, relative to the style root; empty for the root itself. */
  readonly folder: string;
  /** The only split that uses the image; absent if all may. */
  readonly split?: string;
}
