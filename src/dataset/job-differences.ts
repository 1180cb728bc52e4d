/** Describes the differences between two jobs in readable lines. @module */
import { type Side, sides } from '../stylize/role.js';

/** An image of a job, identified by role, path and digest. */
export interface JobImage {
  readonly role: Side;
  readonly path: string;
  readonly sha256: string;
}

/** Keys that affect how and where a job runs, but not its results; and what follows from a digest beside it. */
const withoutEffect: ReadonlySet<string> = new Set([
  'file',
  'run',
  'output.root',
  'output.exports',
  'content.annotations.categories',
]);

/**
 * Lists the keys in which two jobs differ, such as `recipe.steps: 150 -> 200`, in the order of the first job.
 * @param before, after plain JSON values
 */
export function jobDifferences(before: unknown, after: unknown): string[] {
  const differences: string[] = [];
  compare('', before, after, differences);
  return differences;
}

/** Lists how many images were added, removed and changed; empty if none were. */
export function imageDifferences(before: Iterable<JobImage>, after: Iterable<JobImage>): string[] {
  const differences: string[] = [];
  const [old, current] = [byRole(before), byRole(after)];
  for (const role of sides) {
    const removed = [...old[role].keys()].filter((path) => !current[role].has(path));
    const added = [...current[role].keys()].filter((path) => !old[role].has(path));
    const changed = [...current[role]].filter(([path, sha256]) => (old[role].get(path) ?? sha256) !== sha256);
    const changes = { added, removed, changed: changed.map(([path]) => path) };
    for (const [change, paths] of Object.entries(changes)) {
      if (paths.length > 0)
        differences.push(`${role} images ${change}: ${paths.length} (${examples(paths)})`);
    }
  }
  return differences;
}

/** What messages call the mask of an image. */
export const maskName = (path: string): string => `${path} (mask)`;

type Digests = Record<JobImage['role'], Map<string, string>>;

function byRole(images: Iterable<JobImage>): Digests {
  const digests = Object.fromEntries(sides.map((role) => [role, new Map<string, string>()])) as Digests;
  for (const { role, path, sha256 } of images) digests[role].set(path, sha256);
  return digests;
}

function examples(paths: readonly string[]): string {
  const shown = paths.slice(0, 3).join(', ');
  return paths.length > 3 ? `${shown}, ...` : shown;
}

function compare(key: string, before: unknown, after: unknown, into: string[]): void {
  if (withoutEffect.has(key) || JSON.stringify(before) === JSON.stringify(after)) return;
  if (!isObject(before) || !isObject(after)) {
    into.push(`${key}: ${shown(before)} -> ${shown(after)}`);
    return;
  }
  for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
    compare(key === '' ? name : `${key}.${name}`, before[name], after[name], into);
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function shown(value: unknown): string {
  return value === undefined ? '(default)' : JSON.stringify(value);
}
