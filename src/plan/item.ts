/** What a plan consists of. @module */
import type { Recipe } from '../stylize/recipe.js';

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

interface ItemBase {
  /** Hash of all that decides the pixels: 32 hex digits. */
  readonly id: string;
  /** Position in the plan, from 0. */
  readonly index: number;
  readonly content: ContentEntry;
  /** Where the image goes, below the output root: `train/<class>/<id>.jpg`. */
  readonly file: string;
}

/** A content image that is carried over, resized as the others are, but not stylised. */
export interface OriginalItem extends ItemBase {
  readonly kind: 'original';
  readonly recipe: Pick<Recipe, 'size' | 'fit'>;
}

/** One image to make. */
export interface StylizedItem extends ItemBase {
  readonly kind: 'stylized';
  readonly style: StyleEntry;
  /** Counts the items that share content and style, from 0. */
  readonly replica: number;
  /** Seed of every draw made for this item: 32 bits. */
  readonly seed: number;
  readonly recipe: Recipe;
}

export type PlanItem = OriginalItem | StylizedItem;
