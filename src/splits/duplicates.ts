/** Which files show the same picture, and whether they are in two classes or two splits. @module */
import { Sets } from '../images/similar/search.js';
import type { ContentEntry } from '../inventory/entries.js';
import type { Inventory } from '../inventory/inventory.js';
import type { AssignedImage } from './earlier.js';

/** Two files that show the same picture. */
export interface DuplicatePair {
  readonly source: 'content' | 'style';
  /** Relative to the content or style root; the earlier one first. */
  readonly paths: readonly [string, string];
  /** The same bytes, or pictures that look alike. */
  readonly same: 'bytes' | 'picture';
  /** In the order of the paths; present if they are in two classes. */
  readonly classes?: readonly [string | null, string | null];
  /** In the order of the paths; present if they are in two splits. */
  readonly splits?: readonly [string, string];
}

interface Member {
  readonly path: string;
  readonly sha256: string;
  readonly label?: string | null | undefined;
  readonly split?: string | undefined;
}

/**
 * Lists every file that shows the picture of another one, with that other one: the first with the same bytes, or one that
 * looks alike. A file whose picture is in a second class or a second split is also listed with a file there.
 * @param contents the content images with their splits, as far as they are known
 */
export function duplicatePairs(
  { duplicates, similar, styles }: Pick<Inventory, 'duplicates' | 'similar' | 'styles'>,
  contents: readonly ContentEntry[],
  earlier: readonly AssignedImage[],
): DuplicatePair[] {
  return (['content', 'style'] as const).flatMap((source) => {
    const present: readonly Member[] =
      source === 'content' ? contents : styles.map(({ path, sha256 }) => ({ path, sha256 }));
    // A file that was only moved is no copy of itself.
    const digests = new Set(present.map(({ sha256 }) => sha256));
    const before = earlier.filter((image) => image.source === source && !digests.has(image.sha256));
    const byPath = new Map(present.map((member) => [member.path, member]));
    const skipped = duplicates.flatMap((duplicate): Member[] => {
      const of = duplicate.source === source && byPath.get(duplicate.of);
      return of ? [{ path: duplicate.path, sha256: of.sha256, label: of.label, split: of.split }] : [];
    });
    const members = [
      ...(source === 'content' ? before : before.map(({ path, sha256 }) => ({ path, sha256 }))),
      ...present,
      ...skipped,
    ];
    return pairsAmong(
      source,
      members,
      similar.filter((pair) => pair.source === source),
    );
  });
}

function pairsAmong(
  source: DuplicatePair['source'],
  members: readonly Member[],
  similar: Inventory['similar'],
): DuplicatePair[] {
  const sets = new Sets(members.length);
  const first = new Map<string, number>();
  /** By the later file: the files that it is listed with. */
  const partners = new Map<number, number[]>();
  const join = (later: number, earlier: number) => {
    sets.join(later, earlier);
    partners.set(later, [...(partners.get(later) ?? []), earlier]);
  };
  for (const [index, { sha256 }] of members.entries()) {
    const before = first.get(sha256);
    if (before === undefined) first.set(sha256, index);
    else join(index, before);
  }
  for (const { image, like } of similar) {
    const [a, b] = [first.get(image.sha256), first.get(like.sha256)];
    if (a !== undefined && b !== undefined) join(Math.max(a, b), Math.min(a, b));
  }
  for (const key of ['label', 'split'] as const) addCrossing(members, sets, partners, key);
  return [...partners]
    .sort(([a], [b]) => a - b)
    .flatMap(([later, list]) => list.map((earlier) => pairOf(source, members[earlier], members[later])));
}

/** Lists each file of a set that is in two classes, or two splits, with a file of another one. */
function addCrossing(
  members: readonly Member[],
  sets: Sets,
  partners: Map<number, number[]>,
  key: 'label' | 'split',
): void {
  const differ = (a: number, b: number) =>
    members[a][key] !== undefined && members[b][key] !== undefined && members[a][key] !== members[b][key];
  const listed = new Set<number>();
  for (const [later, list] of partners) {
    for (const earlier of list) if (differ(later, earlier)) listed.add(later).add(earlier);
  }
  // Of each set, the first file, and the first one that is elsewhere.
  const ofSet = new Map<number, [number, number?]>();
  for (const index of members.keys()) {
    const known = ofSet.get(sets.of(index));
    if (!known) ofSet.set(sets.of(index), [index]);
    else if (known[1] === undefined && differ(index, known[0])) known[1] = index;
  }
  for (const index of members.keys()) {
    const other = ofSet.get(sets.of(index))?.find((each) => each !== undefined && differ(index, each));
    if (other === undefined || listed.has(index)) continue;
    const [later, earlier] = [Math.max(index, other), Math.min(index, other)];
    partners.set(later, [...(partners.get(later) ?? []), earlier]);
  }
}

function pairOf(source: DuplicatePair['source'], one: Member, other: Member): DuplicatePair {
  return {
    source,
    paths: [one.path, other.path],
    same: one.sha256 === other.sha256 ? 'bytes' : 'picture',
    ...(one.label !== undefined &&
      other.label !== undefined &&
      one.label !== other.label && { classes: [one.label, other.label] as const }),
    ...(one.split !== undefined &&
      other.split !== undefined &&
      one.split !== other.split && { splits: [one.split, other.split] as const }),
  };
}
