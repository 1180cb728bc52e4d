/** The paths of all files in a dataset folder. @module */
import { join } from 'node:path';
import type { Shard } from '../plan/shard.js';

/** A shard in an output folder. It shares the images with the other shards, and has working files of its own. */
export interface ShardPlace {
  readonly root: string;
  readonly shard: Shard;
}

/** Where a run works: an output folder, or a shard in one. */
export type OutputPlace = string | ShardPlace;

/** Returns the output folder of a place. */
export function rootOf(place: OutputPlace): string {
  return typeof place === 'string' ? place : place.root;
}

/** Paths of a dataset folder; absolute or relative, like the root. */
export interface OutputPaths {
  readonly root: string;
  /** One record per item, in plan order. */
  readonly manifest: string;
  /** Job, environment, counts and digests. */
  readonly summary: string;
  readonly card: string;
  readonly contactSheet: string;
  /** The page that `wildstyle report` writes. */
  readonly report: string;
  /** The split of every image of a job with splits. */
  readonly splits: string;
  /** Working files of runs. Can be deleted when the dataset is complete. */
  readonly workFolder: string;
  /** The job of the current or last run. */
  readonly outputJob: string;
  /** The images of that job. */
  readonly jobImages: string;
  /** The copy of the manifest. */
  readonly manifestCopy: string;
  readonly journalsFolder: string;
  readonly temporaryFolder: string;
  /** The folder with the files of the lock. */
  readonly lock: string;
  /** What the current or last run tells about itself. */
  readonly status: string;
  /** The log of all runs. */
  readonly log: string;
  /** The folder with the working folders of shards. */
  readonly shardsFolder: string;
  /** The records of a complete shard. */
  readonly shardRecords: string;
  /** The completion manifest of a shard. */
  readonly completion: string;
  /** Returns the metadata file of one split, in the format of Hugging Face. */
  splitMetadata(split: string): string;
}

/** File name of the metadata in each split folder. */
export const splitMetadataName = 'metadata.jsonl';

/** Name of the folder with the working files of runs. */
export const workFolderName = '.wildstyle';

/** Name of the folder for exports; each export has its own folder below it. */
export const exportsFolderName = 'exports';

/** Name of the folder for pictures that do not fit into the report. */
export const reportFolderName = 'report';

/** Returns the paths of a dataset folder. Working files are those of the shard, if one is given. */
export function outputPaths(place: OutputPlace): OutputPaths {
  const root = rootOf(place);
  const shardsFolder = join(root, workFolderName, 'shards');
  const workFolder =
    typeof place === 'string'
      ? join(root, workFolderName)
      : join(shardsFolder, `${place.shard.index}-of-${place.shard.count}`);
  const journalsFolder = join(workFolder, 'journals');
  return {
    root,
    manifest: join(root, 'manifest.jsonl'),
    summary: join(root, 'dataset.json'),
    card: join(root, 'README.md'),
    contactSheet: join(root, 'contact-sheet.png'),
    report: join(root, 'report.html'),
    splits: join(root, 'splits.csv'),
    workFolder,
    outputJob: join(workFolder, 'job.json'),
    jobImages: join(workFolder, 'images.jsonl'),
    manifestCopy: join(workFolder, 'manifest.jsonl'),
    journalsFolder,
    temporaryFolder: join(workFolder, 'tmp'),
    lock: join(workFolder, 'lock'),
    status: join(workFolder, 'status.json'),
    log: join(workFolder, 'log.jsonl'),
    shardsFolder,
    shardRecords: join(workFolder, 'records.jsonl'),
    completion: join(workFolder, 'complete.json'),
    splitMetadata: (split) => join(root, split, splitMetadataName),
  };
}

/** Splits an item's file into split and rest: `train/cat/1.jpg` gives `['train', 'cat/1.jpg']`. */
export function splitOfFile(file: string): [split: string, fileName: string] {
  const slash = file.indexOf('/');
  return [file.slice(0, Math.max(slash, 0)), file.slice(slash + 1)];
}
