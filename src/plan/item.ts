/** What a plan consists of. @module */
import type { ContentEntry, StyleEntry } from '../inventory/entries.js';
import type { ResolvedRecipe } from '../methods/index.js';

interface ItemBase {
  /** Hash of all that decides the pixels: 32 hex digits. */
  readonly id: string;
  /** Position in the plan, from 0. */
  readonly index: number;
  /** The class, or null where the job has no labels. */
  readonly label: string | null;
  /** Where the image goes, below the output root: `train/<class>/<id>.jpg`. */
  readonly file: string;
}

/** A content image that is carried over: resized as the others are, but not stylized. */
export interface OriginalItem extends ItemBase {
  readonly kind: 'original';
  readonly sources: { readonly content: ContentEntry };
  readonly recipe: Pick<ResolvedRecipe, 'size' | 'fit'>;
}

/** One image to make. */
export interface StylizedItem extends ItemBase {
  readonly kind: 'stylized';
  readonly sources: { readonly content: ContentEntry; readonly style: StyleEntry };
  /** Counts the items that share their sources, from 0. */
  readonly replica: number;
  /** Seed of every draw made for this item: 32 bits. */
  readonly seed: number;
  readonly recipe: ResolvedRecipe;
}

export type PlanItem = OriginalItem | StylizedItem;
