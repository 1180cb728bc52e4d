/** The images of an inventory. @module */

/** One image file of an inventory. */
export interface ImageEntry {
  /** Path relative to the content or style root, with forward slashes. */
  readonly path: string;
  /** sha256 of the file, as 64 hex digits. */
  readonly sha256: string;
  readonly bytes: number;
}

export interface ContentEntry extends ImageEntry {
  /** The class; null if the job has no labels. */
  readonly label: string | null;
}

export interface StyleEntry extends ImageEntry {
  /** The folder of the image, relative to the style root; empty for the root itself. */
  readonly folder: string;
}
