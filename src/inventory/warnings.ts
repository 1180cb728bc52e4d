/** Conditions of an inventory that do not stop a run but may surprise users of the dataset. @module */
import type { ContentEntry } from './entries.js';

/** Folder names that Hugging Face loaders treat as splits at any level. */
export const splitWords: ReadonlySet<string> = new Set(
  'train training test testing eval evaluation val valid validation dev'.split(' '),
);

/** The warnings about the names of classes. */
export function warningsFor(contents: readonly ContentEntry[]): string[] {
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
  return warnings;
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
