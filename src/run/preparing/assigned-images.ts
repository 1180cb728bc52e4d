/** The images of `splits.csv`. @module */
import type { AssignedImage } from '../../splits/earlier.js';
import type { Prepared } from './prepare.js';

/**
 * Returns the images of a plan with their splits, after those that only the dataset has. Empty for a job without splits
 * whose folder never had any.
 */
export function assignedImages({ job, inventory, plan, earlier }: Prepared): AssignedImage[] {
  if (!job.split && earlier.length === 0) return [];
  const { contents, styles } = plan.splits;
  const assigned: AssignedImage[] = contents.map(({ path, sha256, label, group, split }) => ({
    source: 'content',
    path,
    sha256,
    label,
    group,
    split,
    fingerprint: inventory.fingerprints.get(sha256),
  }));
  for (const { path, sha256, split } of styles) {
    if (split === undefined) continue;
    const fingerprint = inventory.fingerprints.get(sha256);
    assigned.push({ source: 'style', path, sha256, label: null, group: '', split, fingerprint });
  }
  const present = new Set(assigned.map(({ source, sha256 }) => `${source} ${sha256}`));
  return [...earlier.filter(({ source, sha256 }) => !present.has(`${source} ${sha256}`)), ...assigned];
}
