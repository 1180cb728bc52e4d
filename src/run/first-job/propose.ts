/** Proposes a job for two folders of images. Pure: no I/O. @module */
import { minimumEdgePx } from '../../images/fit.js';
import type { FolderLook } from './look.js';

/** How strong styles are: ranges of `style.strength`. */
export const strengths = {
  subtle: { range: [3, 12], describe: "the painting's colors and grain; shapes stay intact" },
  varied: { range: [10, 50], describe: 'from color and grain to a painting: the default' },
  strong: { range: [20, 100], describe: 'paintings; check that classes can still be told apart' },
} as const;

export type Strength = keyof typeof strengths;
export const strengthNames = Object.keys(strengths) as Strength[];

/** What the user wants; the rest is proposed. */
export interface Wishes {
  readonly strength?: Strength | undefined;
  /** Long edge of the results in pixels. */
  readonly sizePx?: number | undefined;
  readonly stylesPerContent?: number | undefined;
  /** Whether to divide the images into train, validation and test. */
  readonly split?: boolean | undefined;
}

/** A job in the making. */
export interface Proposal {
  readonly labels: 'folders' | 'none';
  readonly split: 'folders' | 'shares' | 'none';
  /** The split that is stylized, with `split: folders`. */
  readonly stylize: string | undefined;
  /** Whether near duplicates are kept together. */
  readonly groupSimilar: boolean;
  readonly balanceClasses: boolean;
  readonly stylesPerContent: number;
  readonly sizePx: number;
  readonly strength: Strength;
  /** Maximum number of stylized images; undefined for all. */
  readonly limit: number | undefined;
}

const usualSizePx = 256;
/** A tenth of fewer images says nothing about a model. */
const leastToSplit = 50;
/** Above this ratio of the largest class to the smallest, classes are balanced. */
const unbalanced = 1.5;
/** With more photographs, one style for each is enough to begin with. */
const fewContents = 5000;

const usableImages = ({ paths, outside }: FolderLook): number => paths.length - outside;

/** Whether there is a choice: folders of splits are divided as they are. */
export const mayDivide = ({ arrangement }: FolderLook): boolean => arrangement !== 'splits';

/** Whether to divide the photographs if nobody says. */
export const dividesByDefault = (content: FolderLook): boolean =>
  !mayDivide(content) || usableImages(content) >= leastToSplit;

/** Proposes whatever was not asked for. @param similar pairs of near duplicates among the photographs */
export function propose(content: FolderLook, wishes: Wishes, similar: number): Proposal {
  const { arrangement, classes, splits } = content;
  const images = usableImages(content);
  const counts = Object.values(classes);
  const wantsSplit = wishes.split ?? dividesByDefault(content);
  return {
    labels: counts.length > 0 ? 'folders' : 'none',
    // Folders of splits would be taken for classes if they were not splits.
    split: arrangement === 'splits' ? 'folders' : wantsSplit ? 'shares' : 'none',
    stylize: splits.find((name) => /^train/i.test(name)) ?? splits[0],
    groupSimilar: similar > 0,
    balanceClasses: counts.length > 1 && Math.max(...counts) > unbalanced * Math.min(...counts),
    stylesPerContent: wishes.stylesPerContent ?? (images <= fewContents ? 2 : 1),
    sizePx: wishes.sizePx ?? proposedSizePx(content.sizes?.medianPx),
    strength: wishes.strength ?? 'varied',
    limit: undefined,
  };
}

/** The size of most photographs, but no more than what is usual for training. */
export function proposedSizePx(medianPx: number = usualSizePx): number {
  return Math.max(minimumEdgePx, Math.min(usualSizePx, Math.round(medianPx / 16) * 16));
}

/**
 * Limits a proposal to the hours that there are for it.
 * @param seconds the estimate for all of it
 * @param stylized images that the estimate is for
 */
export function limitedTo(proposal: Proposal, hours: number, seconds: number, stylized: number): Proposal {
  if (seconds <= hours * 3600) return proposal;
  const fitting = Math.floor((stylized * hours * 3600) / seconds);
  // A round number is easier to talk about.
  const step = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(1, fitting))) - 1);
  return { ...proposal, limit: Math.max(1, Math.floor(fitting / step) * step) };
}
