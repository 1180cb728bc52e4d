/** The items of a plan. @module */
import type { ContentEntry, StyleEntry } from '../inventory/entries.js';
import type { ResolvedRecipe } from '../methods/index.js';
import { type StyleRole, styleRoles } from '../stylize/role.js';

interface ItemBase {
  /** Hash of everything that determines the pixels: 32 hex digits. */
  readonly id: string;
  /** Position in the plan, starting at 0. */
  readonly index: number;
  /** The class, or null if the job has no labels. */
  readonly label: string | null;
  /** Path of the image relative to the output root: `train/<class>/<id>.jpg`. */
  readonly file: string;
  /** The split or robustness set: the first folder of `file`. */
  readonly split: string;
  /** Images of one group are never in two splits. */
  readonly group: string;
}

/** A content image that is copied to the dataset: resized like the others, but not stylized. */
export interface OriginalItem extends ItemBase {
  readonly kind: 'original';
  readonly sources: { readonly content: ContentEntry };
  readonly recipe: Pick<ResolvedRecipe, 'size' | 'fit'>;
}

/** The images that a stylized image is made from: further styles are blended with the first. */
export interface StylizedSources extends Readonly<Partial<Record<StyleRole, StyleEntry>>> {
  readonly content: ContentEntry;
  readonly style: StyleEntry;
}

/** The styles of an item, in order. */
export function stylesIn(sources: StylizedSources): StyleEntry[] {
  return styleRoles.flatMap((role) => sources[role] ?? []);
}

/** One stylized image to make. */
export interface StylizedItem extends ItemBase {
  readonly kind: 'stylized';
  readonly sources: StylizedSources;
  /** Numbers the items that have the same sources, starting at 0. */
  readonly replica: number;
  /** 32-bit seed of all random draws for this item. */
  readonly seed: number;
  readonly recipe: ResolvedRecipe;
}

export type PlanItem = OriginalItem | StylizedItem;
