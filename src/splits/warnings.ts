/** Conditions of splits that do not stop a run. @module */
import type { SimilarImages } from '../inventory/similar-images.js';
import { examples } from '../inventory/warnings.js';
import type { Job } from '../job/schema.js';
import type { Splits } from './assign.js';
import type { AssignedImage } from './earlier.js';

/** Tells near duplicates in two splits, and shares that cannot be met. */
export function splitWarnings(
  { split: rules }: Pick<Job, 'split'>,
  similar: readonly SimilarImages[],
  { contents }: Splits,
  earlier: readonly AssignedImage[],
): string[] {
  if (!rules) return [];
  const splitOf = new Map(
    [...earlier.filter(({ source }) => source === 'content'), ...contents].map(({ sha256, split }) => [
      sha256,
      split,
    ]),
  );
  const between = similar.flatMap(({ source, image, like }) => {
    const [own, other] = [splitOf.get(image.sha256), splitOf.get(like.sha256)];
    const differ = source === 'content' && own !== undefined && other !== undefined && own !== other;
    return differ ? [[`${like.path} (${other})`, `${image.path} (${own})`] as const] : [];
  });
  const warnings = examples(between, 'look like the same picture in two splits');
  if (warnings.length > 0) {
    warnings.push(
      rules.shares
        ? 'Near duplicates in two splits make results look better than they are: set split.groupBy to similar.'
        : 'Near duplicates in two splits make results look better than they are: put them into the same split.',
    );
  }
  return [...warnings, ...emptySplits(rules, contents)];
}

function emptySplits({ shares = {} }: NonNullable<Job['split']>, contents: Splits['contents']): string[] {
  const present = new Set(contents.map(({ split }) => split));
  return Object.keys(shares)
    .filter((name) => !present.has(name))
    .map((name) => `The split ${name} is empty: there are too few content images, or groups, for its share.`);
}
