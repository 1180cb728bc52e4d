/** Divides the style images among the splits that use them, so that no two share one. @module */
import { WildstyleError } from '../errors.js';
import { Sets } from '../images/similar/search.js';
import type { StyleEntry } from '../inventory/entries.js';
import type { SimilarImages } from '../inventory/similar/similar-images.js';
import type { Job } from '../job/schema.js';
import { keyOfSeed } from '../random.js';
import type { PlacedContent, SplitUse } from './assign.js';
import { drawSplits } from './draw.js';
import type { AssignedImage } from './earlier.js';

interface StyleInputs {
  readonly placed: readonly PlacedContent[];
  readonly uses: readonly SplitUse[];
  readonly similar: readonly SimilarImages[];
  readonly earlier: readonly AssignedImage[];
}

/**
 * Returns the style images with the split that each is for, if splits share none. Near duplicates stay together. The
 * number of style images follows that of content images, but each split gets one at least.
 * @throws `split-invalid` if there are fewer style images than splits that need them
 */
export function assignStyles(
  job: Job,
  styles: readonly StyleEntry[],
  { placed, uses, similar, earlier }: StyleInputs,
): readonly StyleEntry[] {
  if (job.split?.styles !== 'disjoint') return styles;
  const splits = uses.filter(({ isStylized, robustnessSet }) => isStylized || robustnessSet !== undefined);
  const sizes = new Map<string, number>(splits.map(({ split }) => [split, 0]));
  for (const { split } of placed) if (sizes.has(split)) sizes.set(split, (sizes.get(split) ?? 0) + 1);
  const used = [...sizes].filter(([, size]) => size > 0);
  if (used.length < 2) return styles.map((style) => ({ ...style, ...(used[0] && { split: used[0][0] }) }));

  const remembered = new Map(
    earlier.flatMap((image) => (image.source === 'style' ? [[image.sha256, image.split]] : [])),
  );
  const groups = styleGroups(styles, similar).map((members) => ({
    members,
    digest: members.map(({ sha256 }) => sha256).reduce((a, b) => (a < b ? a : b)),
    images: new Map([[null, members.length]]),
    split: members.map(({ sha256 }) => remembered.get(sha256)).find((split) => split !== undefined),
  }));
  if (groups.length < used.length) {
    throw new WildstyleError(
      'split-invalid',
      `split.styles is disjoint, but there are only ${groups.length} different style images for the splits ${used.map(([name]) => name).join(', ')}.`,
      { cure: 'Add style images, or set split.styles to shared.' },
    );
  }
  const total = used.reduce((sum, [, size]) => sum + size, 0);
  // Splits below one style image get one; the others share the rest.
  const isSmall = (size: number) => (size / total) * styles.length < 1;
  const rest = styles.length - used.filter(([, size]) => isSmall(size)).length;
  const large = used.reduce((sum, [, size]) => sum + (isSmall(size) ? 0 : size), 0);
  const shares = Object.fromEntries(
    used.map(([name, size]) => [name, isSmall(size) ? 1 : (rest * size) / large]),
  );
  const drawn = drawSplits(groups, shares, keyOfSeed(job.seed));
  ensureOneEach(
    drawn,
    groups.map(({ split }) => split !== undefined),
    used.map(([name]) => name),
  );
  const splitOf = new Map(
    groups.flatMap(({ members }, index) => members.map(({ path }) => [path, drawn[index]] as const)),
  );
  return styles.map((style) => ({ ...style, split: splitOf.get(style.path) ?? drawn[0] }));
}

function styleGroups(styles: readonly StyleEntry[], similar: readonly SimilarImages[]): StyleEntry[][] {
  const indexes = new Map(styles.map(({ sha256 }, index) => [sha256, index]));
  const sets = new Sets(styles.length);
  for (const { source, image, like } of similar) {
    const [a, b] = [indexes.get(image.sha256), indexes.get(like.sha256)];
    if (source === 'style' && a !== undefined && b !== undefined) sets.join(a, b);
  }
  const groups = new Map<number, StyleEntry[]>();
  for (const [index, style] of styles.entries()) {
    const set = sets.of(index);
    groups.set(set, [...(groups.get(set) ?? []), style]);
  }
  return [...groups.values()];
}

/** Moves groups from splits that have several to those that have none; never one that had its split before. */
function ensureOneEach(drawn: string[], isFixed: readonly boolean[], names: readonly string[]): void {
  const countOf = (name: string) => drawn.filter((split) => split === name).length;
  for (const name of names) {
    if (countOf(name) > 0) continue;
    const from = drawn.findIndex((split, index) => !isFixed[index] && countOf(split) > 1);
    if (from < 0) {
      throw new WildstyleError(
        'split-invalid',
        `split.styles is disjoint, but no style image is left for the split ${name}.`,
        { cure: 'Add style images, or set split.styles to shared.' },
      );
    }
    drawn[from] = name;
  }
}
