/** Conditions of an inventory that do not stop a run but may surprise users of the dataset. @module */
import type { ContentEntry } from './entries.js';
import type { SimilarImages } from './similar-images.js';

/** Folder names that Hugging Face loaders treat as splits at any level. */
export const splitWords: ReadonlySet<string> = new Set(
  'train training test testing eval evaluation val valid validation dev'.split(' '),
);

/** The warnings about classes: their names, and images that are in two of them. */
export function warningsFor(contents: readonly ContentEntry[], similar: readonly SimilarImages[]): string[] {
  const labels = new Set(contents.flatMap(({ label }) => (label === null ? [] : [label])));
  const warnings: string[] = [];
  const byFolded = new Map<string, string>();
  for (const label of labels) {
    if (splitWords.has(label.toLowerCase())) {
      warnings.push(
        `The class "${label}" has the name of a split: tools that infer splits from folder names may mistake it for one.`,
      );
    }
    const folded = label.normalize('NFC').toLowerCase();
    const before = byFolded.get(folded);
    if (before !== undefined) {
      warnings.push(
        `The classes "${before}" and "${label}" become the same folder on case-insensitive file systems (Windows, macOS).`,
      );
    }
    byFolded.set(folded, label);
  }
  warnings.push(...examples(sharedByClasses(contents), 'are the same image in two classes'));
  const labelOf = new Map(contents.map(({ sha256, label }) => [sha256, label]));
  const betweenClasses = similar.flatMap(({ source, image, like }) => {
    const [own, other] = [labelOf.get(image.sha256), labelOf.get(like.sha256)];
    const differ = source === 'content' && own !== undefined && other !== undefined && own !== other;
    return differ ? [[like.path, image.path] as const] : [];
  });
  warnings.push(...examples(betweenClasses, 'look like the same picture in two classes'));
  return warnings;
}

/** Pairs of paths with the same image but different classes. */
function sharedByClasses(contents: readonly ContentEntry[]): (readonly [string, string])[] {
  const first = new Map<string, string>();
  return contents.flatMap(({ sha256, path }) => {
    const before = first.get(sha256);
    if (before === undefined) first.set(sha256, path);
    return before === undefined ? [] : [[before, path] as const];
  });
}

const mostExamples = 5;

/** Tells a few pairs of paths, one a line, and how many more there are. */
export function examples(pairs: readonly (readonly [string, string])[], what: string): string[] {
  return pairs.slice(0, mostExamples).map((pair, index) => {
    const isLast = index === mostExamples - 1 && pairs.length > mostExamples;
    return `${pair.join(' and ')} ${what}${isLast ? ` (and ${pairs.length - mostExamples} more)` : ''}.`;
  });
}

/** Tells how many content images have no annotations. @param byPath absent if the job has none */
export function withoutAnnotations(
  contents: readonly ContentEntry[],
  byPath: ReadonlyMap<string, unknown> | undefined,
): string[] {
  if (!byPath) return [];
  const [first, ...others] = contents.filter(({ path }) => !byPath.has(path));
  if (!first) return [];
  return [
    `${others.length + 1} of ${contents.length} content images have no annotations, such as ${first.path}.`,
  ];
}
