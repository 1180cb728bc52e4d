/** The images of an inventory. @module */

/** One image file of an inventory. */
export interface ImageEntry {
  /** Path below the root of its folder, with forward slashes. */
  readonly path: string;
  /** sha256 of the file, 64 hex digits. */
  readonly sha256: string;
  readonly bytes: number;
}

export interface ContentEntry extends ImageEntry {
  /** The class, or null where the job has no labels. */
  readonly label: string | null;
}

export interface StyleEntry extends ImageEntry {
  /** The folder below the style root that the image lies in; empty for the root itself. */
  readonly folder: string;
}
