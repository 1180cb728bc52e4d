/** Conditions of classes and splits that do not stop a run. @module */
import type { Job } from '../job/schema.js';
import type { Splits } from './assign.js';
import type { DuplicatePair } from './duplicates.js';

const mostExamples = 5;

/**
 * Tells pictures in two classes or in two splits, a few of each, shares that cannot be met, and
 * splits whose names differ in case only.
 */
export function splitWarnings(
  { split: rules }: Pick<Job, 'split'>,
  pairs: readonly DuplicatePair[],
  { contents }: Pick<Splits, 'contents'>,
): string[] {
  const told = pairs.filter(({ source }) => source === 'content');
  const inSplits = told.flatMap(({ paths, splits }) =>
    splits ? [paths.map((path, index) => `${path} (${splits[index]})`)] : [],
  );
  const betweenClasses = (same: DuplicatePair['same']) =>
    told.flatMap((pair) => (pair.classes && pair.same === same ? [pair.paths] : []));
  const warnings = [
    ...examples(betweenClasses('bytes'), 'are the same image in two classes'),
    ...examples(betweenClasses('picture'), 'look like the same picture in two classes'),
  ];
  if (!rules) return warnings;
  warnings.push(...examples(inSplits, 'look like the same picture in two splits'));
  if (inSplits.length > 0) {
    warnings.push(
      rules.shares
        ? 'Near duplicates in two splits make results look better than they are: set split.groupBy to similar.'
        : 'Near duplicates in two splits make results look better than they are: put them into the same split.',
    );
  }
  return [...warnings, ...sameFolders(rules, contents), ...emptySplits(rules, contents)];
}

/** Tells a few pairs of paths, one a line, how many more there are, and where. */
function examples(pairs: readonly (readonly string[])[], what: string): string[] {
  const more = pairs.length - mostExamples;
  return pairs
    .slice(0, mostExamples)
    .map((pair, index) =>
      index === mostExamples - 1 && more > 0
        ? `${pair.join(' and ')} ${what} (and ${more} more: \`plan --duplicates\` lists all).`
        : `${pair.join(' and ')} ${what}.`,
    );
}

function sameFolders({ shares = {} }: NonNullable<Job['split']>, contents: Splits['contents']): string[] {
  const byFolded = new Map<string, string>();
  const warnings: string[] = [];
  for (const name of new Set([...Object.keys(shares), ...contents.map(({ split }) => split)])) {
    const folded = name.normalize('NFC').toLowerCase();
    const before = byFolded.get(folded);
    if (before !== undefined)
      warnings.push(
        `The splits "${before}" and "${name}" become the same folder on case-insensitive file systems (Windows, macOS).`,
      );
    byFolded.set(folded, name);
  }
  return warnings;
}

function emptySplits({ shares = {} }: NonNullable<Job['split']>, contents: Splits['contents']): string[] {
  const present = new Set(contents.map(({ split }) => split));
  return Object.keys(shares)
    .filter((name) => !present.has(name))
    .map((name) => `The split ${name} is empty: there are too few content images, or groups, for its share.`);
}
