/** Gives every content image its split and its group, and every style image its split where splits share none. @module */
import { WildstyleError } from '../errors.js';
import type { ContentEntry, StyleEntry } from '../inventory/entries.js';
import type { SimilarImages } from '../inventory/similar/similar-images.js';
import { didYouMean } from '../job/messages/suggest.js';
import type { Job } from '../job/schema.js';
import { keyOfSeed } from '../random.js';
import { refuseCopies } from './conflict.js';
import { drawSplits } from './draw.js';
import type { AssignedImage } from './earlier.js';
import { type Group, groupsOf } from './groups.js';
import { ownGroup, robustnessSetOf } from './names.js';
import { assignStyles } from './styles.js';

/** What the splits of a job are made from. */
export interface SplitInputs {
  readonly contents: readonly ContentEntry[];
  readonly styles: readonly StyleEntry[];
  readonly similar?: readonly SimilarImages[];
  /** Near duplicates that are one photograph: they share a split, whatever groups are made of. */
  readonly copies?: readonly SimilarImages[];
  /** The images of the dataset so far, for a job that extends it. */
  readonly earlier?: readonly AssignedImage[];
}

/** A content image with its split and its group. */
export type PlacedContent = ContentEntry & { readonly split: string; readonly group: string };

/** How the images of a split are used. */
export interface SplitUse {
  readonly split: string;
  /** Its images are stylized into it. */
  readonly isStylized: boolean;
  /** The set that has its images stylized, if there is one. */
  readonly robustnessSet: string | undefined;
}

export interface Splits {
  /** In the order of the input. */
  readonly contents: readonly PlacedContent[];
  readonly styles: readonly StyleEntry[];
  readonly uses: readonly SplitUse[];
}

/**
 * Assigns splits. Without `split` in the job, all images are in `output.split`.
 * @throws `split-conflict` if images of a group, or copies of an image, are given two splits; `split-invalid` if a named
 *   split does not exist, or there are fewer style images than splits that need their own
 */
export function assignSplits(
  job: Job,
  { contents, styles, similar = [], copies = [], earlier = [] }: SplitInputs,
): Splits {
  const { split: rules, output } = job;
  if (!rules) {
    const placed = contents.map((content) => placedIn(content, output.split, ownGroup(content.sha256)));
    return {
      contents: placed,
      styles,
      uses: [{ split: output.split, isStylized: true, robustnessSet: undefined }],
    };
  }
  const ofContents = similar.filter(({ source }) => source === 'content');
  const earlierContents = earlier.filter(({ source }) => source === 'content');
  refuseCopies(copies, [...earlierContents, ...contents]);
  const groups = groupsOf(contents, earlierContents, rules.groupBy === 'similar' ? ofContents : copies);
  const names = rules.shares
    ? drawn(groups, contents, earlier, rules.shares, job.seed)
    : groups.map(({ split }) => split ?? output.split);
  const placed: PlacedContent[] = new Array(contents.length);
  for (const [index, { name, members }] of groups.entries()) {
    for (const member of members) placed[member] = placedIn(contents[member], names[index], name);
  }
  const uses = usesOf(rules, names);
  return { contents: placed, styles: assignStyles(job, styles, { placed, uses, similar, earlier }), uses };
}

/** The spread comes last: keys that are added after one make an object three times as large in V8. */
function placedIn(content: ContentEntry, split: string, group: string): PlacedContent {
  const placed = { split, group, ...content };
  placed.split = split;
  placed.group = group;
  return placed as PlacedContent;
}

function drawn(
  groups: readonly Group[],
  contents: readonly ContentEntry[],
  earlier: readonly AssignedImage[],
  shares: Readonly<Record<string, number>>,
  seed: number,
): string[] {
  const present = new Set(contents.map(({ sha256 }) => sha256));
  // Images that the job no longer has are still in the dataset.
  const gone = earlier.filter(({ source, sha256 }) => source === 'content' && !present.has(sha256));
  const all = [
    ...groups.map(({ digest, members, split }) => ({
      digest,
      images: countLabels(members.map((member) => contents[member])),
      split,
    })),
    ...gone.map((image) => ({ digest: image.sha256, images: countLabels([image]), split: image.split })),
  ];
  return drawSplits(all, shares, keyOfSeed(seed)).slice(0, groups.length);
}

function countLabels(images: readonly { readonly label: string | null }[]): Map<string | null, number> {
  const counts = new Map<string | null, number>();
  for (const { label } of images) counts.set(label, (counts.get(label) ?? 0) + 1);
  return counts;
}

function usesOf(rules: NonNullable<Job['split']>, drawnNames: readonly string[]): SplitUse[] {
  const present = [...new Set(drawnNames)].sort();
  const known = rules.shares ? Object.keys(rules.shares) : present;
  const [first] = known;
  const stylized = rules.stylize ?? [known.includes('train') ? 'train' : first];
  for (const [key, list] of Object.entries({ stylize: stylized, robustness: rules.robustness })) {
    const unknown = list.find((name) => !known.includes(name));
    if (unknown === undefined) continue;
    throw new WildstyleError(
      'split-invalid',
      `split.${key}: no content image is in the split "${unknown}"${didYouMean(unknown, known) || `; the splits are ${known.join(', ')}`}`,
      { cure: 'Correct the name of the split.' },
    );
  }
  return [...new Set([...known, ...present])].map((split) => ({
    split,
    isStylized: stylized.includes(split),
    robustnessSet: rules.robustness.includes(split) ? robustnessSetOf(split) : undefined,
  }));
}
