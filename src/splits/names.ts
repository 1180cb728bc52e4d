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

/** The group of an image that belongs to no other: the start of its digest, which stays when the file is renamed. */
export function ownGroup(sha256: string): string {
  return sha256.slice(0, 16);
}
