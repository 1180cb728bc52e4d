/** Where everything lies in the folder of a dataset. @module */
import { join } from 'node:path';

/** Absolute or relative paths, as the root given. */
export interface OutputPaths {
  readonly root: string;
  /** One record per item, in plan order. */
  readonly manifest: string;
  /** Job, environment, counts and digests. */
  readonly summary: string;
  readonly card: string;
  readonly contactSheet: string;
  /** What only a run needs: deletable when the dataset is complete. */
  readonly workFolder: string;
  /** The job that the folder was begun with. */
  readonly outputJob: string;
  /** The images that the job had when the folder was begun. */
  readonly jobImages: string;
  readonly journalsFolder: string;
  readonly temporaryFolder: string;
  readonly lock: string;
  readonly lockOwner: string;
  /** The journal of one worker. */
  journal(worker: number | string): string;
  /** Hugging Face metadata of one split. */
  splitMetadata(split: string): string;
}

/** File name of the metadata that lies in each split folder. */
export const splitMetadataName = 'metadata.jsonl';

/** Name of the journal that holds what runs before this one have left; it counts less than the others. */
export const earlierJournal = 'earlier';

/** Name of the folder that only runs need. */
export const workFolderName = '.wildstyle';

/** Name of the folder that exports are written to, one folder each. */
export const exportsFolderName = 'exports';

/** The paths of a dataset's folder. */
export function outputPaths(root: string): OutputPaths {
  const workFolder = join(root, workFolderName);
  const journalsFolder = join(workFolder, 'journals');
  return {
    root,
    manifest: join(root, 'manifest.jsonl'),
    summary: join(root, 'dataset.json'),
    card: join(root, 'README.md'),
    contactSheet: join(root, 'contact-sheet.png'),
    workFolder,
    outputJob: join(workFolder, 'job.json'),
    jobImages: join(workFolder, 'images.jsonl'),
    journalsFolder,
    temporaryFolder: join(workFolder, 'tmp'),
    lock: join(workFolder, 'lock'),
    lockOwner: join(workFolder, 'lock-owner.json'),
    journal: (worker) => join(journalsFolder, `${worker}.jsonl`),
    splitMetadata: (split) => join(root, split, splitMetadataName),
  };
}

/** The split and the rest of an item's file: `train/cat/1.jpg` is `['train', 'cat/1.jpg']`. */
export function splitOfFile(file: string): [split: string, fileName: string] {
  const slash = file.indexOf('/');
  return [file.slice(0, Math.max(slash, 0)), file.slice(slash + 1)];
}
