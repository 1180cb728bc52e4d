/** The images of a job, those that its dataset has already, and which of them are copies. @module */
import { readSplits, readSplitsFile } from '../../dataset/splits-file.js';
import { WildstyleError } from '../../errors.js';
import type { ContentEntry } from '../../inventory/entries.js';
import { type Inventory, type InventoryOptions, takeInventory } from '../../inventory/inventory.js';
import { findCopies } from '../../inventory/similar/copies.js';
import type { SimilarImages } from '../../inventory/similar/similar-images.js';
import type { Job } from '../../job/schema.js';
import { assignSplits } from '../../splits/assign.js';
import { type DuplicatePair, duplicatePairs } from '../../splits/duplicates.js';
import type { AssignedImage } from '../../splits/earlier.js';

/** What is there before anything is planned. */
export interface FoundImages {
  readonly inventory: Inventory;
  /** The images that the output folder has already, with their splits. */
  readonly earlier: readonly AssignedImage[];
  /** Near duplicates that are one photograph and must share a split. */
  readonly copies: readonly SimilarImages[];
}

/** Takes the inventory of a job. @throws as {@link takeInventory}; `dataset-invalid` */
export async function findImages(
  job: Job,
  onProgress?: InventoryOptions['onProgress'],
): Promise<FoundImages> {
  const { root } = job.output;
  const earlier = job.split ? await readSplits(root) : ((await readSplitsFile(root)) ?? []);
  const inventory = await takeInventory(job, {
    ...(job.split && { earlier }),
    ...(onProgress && { onProgress }),
  });
  return { inventory, earlier, copies: await copiesOf(job, inventory, earlier) };
}

async function copiesOf(
  { split, content, run }: Job,
  { contents, similar }: Inventory,
  earlier: readonly AssignedImage[],
): Promise<SimilarImages[]> {
  // Groups of similar images hold their copies together.
  if (!split || split.copies === 'allow' || split.groupBy === 'similar') return [];
  const { maxPixels } = run.inputLimits;
  if (split.shares) return findCopies(content.root, contents, similar, maxPixels);
  const remembered = new Map(earlier.map((image) => [image.sha256, image.split]));
  const splitOf = (image: ContentEntry) => image.split ?? remembered.get(image.sha256);
  return findCopies(
    content.root,
    contents,
    similar,
    maxPixels,
    (members) => new Set(members.map(splitOf)).size > 1,
  );
}

/**
 * Lists every file of a job that shows the picture of another one, also where the job is refused for it: then, drawn splits
 * are not told.
 * @throws as {@link findImages}; `split-invalid`
 */
export async function findDuplicates(job: Job): Promise<DuplicatePair[]> {
  const { inventory, earlier, copies } = await findImages(job);
  return duplicatePairs(inventory, placedContents(job, { inventory, earlier, copies }), earlier);
}

function placedContents(job: Job, { inventory, earlier, copies }: FoundImages): readonly ContentEntry[] {
  try {
    return assignSplits(job, { ...inventory, earlier, copies }).contents;
  } catch (error) {
    if (!(error instanceof WildstyleError) || error.code !== 'split-conflict') throw error;
    const remembered = new Map(earlier.map(({ sha256, split }) => [sha256, split]));
    return inventory.contents.map((content) => {
      const split = content.split ?? remembered.get(content.sha256);
      return split === undefined ? content : { ...content, split };
    });
  }
}
