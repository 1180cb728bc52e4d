/** The names of splits and groups. @module */
import { robustnessSuffix } from '../job/split-schema.js';

/** The robustness set of a split: its images, stylized. */
export function robustnessSetOf(split: string): string {
  return `${split}${robustnessSuffix}`;
}

/** The split whose photographs are in a split: that of which it is the robustness set, else itself. */
export function photographsOf(split: string): string {
  return split.endsWith(robustnessSuffix) ? split.slice(0, -robustnessSuffix.length) : split;
}

const evaluation: ReadonlySet<string> = new Set(['validation', 'valid', 'val', 'dev', 'test']);

/**
 * Returns which splits with stylized images are for training: no robustness sets, and none that is named for evaluation,
 * unless there is no other.
 * @param stylized the splits and robustness sets that have stylized images
 */
export function trainingSplits(stylized: Iterable<string>): string[] {
  const own = [...new Set(stylized)].filter((name) => photographsOf(name) === name);
  const training = own.filter((name) => !evaluation.has(name.toLowerCase()));
  return training.length > 0 ? training : own;
}

/** The group of an image that belongs to no other: the start of its digest, which stays when the file is renamed. */
export function ownGroup(sha256: string): string {
  return sha256.slice(0, 16);
}
