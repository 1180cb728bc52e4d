/** What a dataset remembers of its splits. @module */
import type { EarlierImage } from '../inventory/similar/similar-images.js';

/** An image that already has its split. It keeps it, whatever is added. */
export interface AssignedImage extends EarlierImage {
  /** The class of a content image; null if there are no classes. */
  readonly label: string | null;
  readonly group: string;
  readonly split: string;
}
