/** The fields of a record that the plan decides. @module */
import type { ImageEntry } from '../../inventory/entries.js';
import type { OriginalItem, PlanItem, StylizedItem } from '../../plan/item.js';
import { roles } from '../../stylize/role.js';

const source = ({ path, sha256, license, author, mask }: ImageEntry) => ({
  path,
  sha256,
  ...(mask && { mask }),
  ...(license !== undefined && { license }),
  ...(author !== undefined && { author }),
});

/** Returns the planned fields of an original. */
export function plannedOriginal({ id, label, split, group, sources, recipe }: OriginalItem) {
  const { content } = sources;
  return {
    id,
    kind: 'original' as const,
    label,
    split,
    group,
    sources: { content: source(content) },
    drawn: { ...recipe },
  };
}

/** Returns the planned fields of a stylized image. */
export function plannedStylized({ id, label, split, group, sources, replica, seed, recipe }: StylizedItem) {
  return {
    id,
    kind: 'stylized' as const,
    method: recipe.method,
    label,
    split,
    group,
    sources: Object.fromEntries(
      roles.flatMap((role) => {
        const entry = sources[role];
        return entry ? [[role, source(entry)]] : [];
      }),
    ),
    replica,
    seed,
    drawn: { ...recipe },
  };
}

/** Returns the planned fields of an item. */
export function plannedFields(item: PlanItem) {
  return item.kind === 'original' ? plannedOriginal(item) : plannedStylized(item);
}
