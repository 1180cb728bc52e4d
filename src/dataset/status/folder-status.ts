/** What is known about a dataset folder without reading its records. @module */
import { lstat } from 'node:fs/promises';
import { basename } from 'node:path';
import { shardText } from '../../plan/shard.js';
import { noDataset } from '../output-job.js';
import { type OutputPlace, outputPaths, type ShardPlace } from '../output-paths.js';
import { findShards } from '../shards/shard-folders.js';
import { type DatasetSummary, readSummary } from '../summary.js';
import { writerOf } from '../writer-of.js';
import { isStarting } from './starting.js';
import { type RunStatus, readStatus } from './status-file.js';

/**
 * `interrupted`: the last run ended without a word, for example because the machine did; `damaged`: files that a run has
 * written are gone.
 */
export type FolderState = RunStatus['state'] | 'starting' | 'interrupted' | 'damaged';

/** The status of a folder; plain data. Fields about a run are there if its status was found. */
export interface FolderStatus {
  readonly folder: string;
  readonly state: FolderState;
  readonly items: number;
  readonly complete: number;
  readonly failed: number;
  readonly pending: number;
  readonly errors: Readonly<Record<string, number>>;
  /** If the folder is damaged: the files that are gone, of `manifest.jsonl` and `dataset.json`. */
  readonly missing?: readonly string[];
  /** The shards in the folder that are not merged yet; the counts are their sums. */
  readonly shards?: readonly ShardStatus[];
  /** The run in progress, or the last one. */
  readonly run?: Omit<RunStatus, 'state' | 'items' | 'complete' | 'failed' | 'pending' | 'errors'>;
}

/** The status of a shard. */
export interface ShardStatus
  extends Pick<FolderStatus, 'state' | 'items' | 'complete' | 'failed' | 'pending' | 'errors' | 'run'> {
  /** Index and count: `0/3`. */
  readonly shard: string;
}

const goingStates: readonly FolderState[] = ['starting', 'running', 'draining', 'finishing'];

/** Returns whether a run is in progress in a folder. */
export function isGoing({ state }: Pick<FolderStatus, 'state'>): boolean {
  return goingStates.includes(state);
}

/**
 * Returns the status of a folder. Reads a few small files, however many images there are.
 * @throws `dataset-invalid` if the folder is not that of a dataset
 */
export async function folderStatus(root: string): Promise<FolderStatus> {
  const isFolder = await lstat(root).then(
    (found) => found.isDirectory() || found.isSymbolicLink(),
    () => false,
  );
  if (!isFolder) throw noDataset(root, 'dataset.json');
  const [summary, shards, own] = await Promise.all([
    readSummary(root),
    findShards(root).then((places) => Promise.all(places.map(statusOfShard))),
    statusOfRun(root),
  ]);
  if (shards.length > 0 && !isGoing(own)) return { folder: root, ...sumOf(shards), shards };
  const isBegun = isGoing(own) || (await isStarting(root));
  if (!summary && !own.run && own.state === 'stopped' && !isBegun) throw noDataset(root, 'dataset.json');
  if (isBegun && !isGoing(own)) return { folder: root, state: 'starting', ...countsOf(own, summary) };
  const { run, state } = own;
  const counts = countsOf(own, summary);
  const known = run || isGoing(own) ? state : summary?.status === 'complete' ? 'complete' : 'stopped';
  const missing = endedStates.includes(known) ? await missingFiles(root) : [];
  const isDamaged = missing.length > 0;
  return {
    folder: root,
    state: isDamaged ? 'damaged' : known,
    ...counts,
    ...(isDamaged && { missing }),
    ...(run && { run }),
  };
}

/** A run that ends like this has written manifest and summary. */
const endedStates: readonly FolderState[] = ['complete', 'stopped'];

async function missingFiles(root: string): Promise<string[]> {
  const { manifest, summary } = outputPaths(root);
  const found = await Promise.all([manifest, summary].map((path) => lstat(path).catch(() => undefined)));
  return [manifest, summary].flatMap((path, index) => (found[index] ? [] : [basename(path)]));
}

type RunOfFolder = Omit<FolderStatus, 'folder' | 'shards'>;

async function statusOfShard(place: ShardPlace): Promise<ShardStatus> {
  return { shard: shardText(place.shard), ...(await statusOfRun(place)) };
}

/** The status of the run in a place, from its status and its lock. */
async function statusOfRun(place: OutputPlace): Promise<RunOfFolder> {
  const [status, writer] = await Promise.all([readStatus(place), writerOf(place)]);
  // The lock is taken before the first status is written.
  const isOld =
    writer?.startedAt !== undefined && status !== undefined && status.startedAt < writer.startedAt;
  const { items = 0, complete = 0, failed = 0, pending = 0, errors = {} } = status ?? {};
  return {
    state: writer ? stateOfWriter(isOld ? undefined : status) : stateWithoutWriter(status),
    ...{ items, complete, failed, pending, errors },
    ...(status && !isOld && { run: withoutCounts(status) }),
  };
}

/** The counts of all shards, and the state of the one that is furthest behind. */
function sumOf(shards: readonly ShardStatus[]): RunOfFolder {
  const sum = (key: 'items' | 'complete' | 'failed' | 'pending') =>
    shards.reduce((total, shard) => total + shard[key], 0);
  const errors: Record<string, number> = {};
  for (const shard of shards) {
    for (const [code, number] of Object.entries(shard.errors)) errors[code] = (errors[code] ?? 0) + number;
  }
  const order: FolderState[] = [
    'running',
    'starting',
    'draining',
    'finishing',
    'failed',
    'interrupted',
    'stopped',
  ];
  const state = order.find((one) => shards.some((shard) => shard.state === one)) ?? 'complete';
  return {
    state,
    ...{ items: sum('items'), complete: sum('complete'), failed: sum('failed'), pending: sum('pending') },
    errors,
  };
}

function stateOfWriter(status: RunStatus | undefined): FolderState {
  const state = status?.state ?? 'starting';
  // It has written its last status, and is about to let the lock go.
  return goingStates.includes(state) ? state : 'finishing';
}

function stateWithoutWriter(status: RunStatus | undefined): FolderState {
  if (!status) return 'stopped';
  return goingStates.includes(status.state) ? 'interrupted' : status.state;
}

type CountsOfFolder = Pick<FolderStatus, 'items' | 'complete' | 'failed' | 'pending' | 'errors'>;

/** The summary is exact, but as old as the end of the last run that reached one; clocks may have been set since. */
function countsOf(own: RunOfFolder, summary: DatasetSummary | undefined): CountsOfFolder {
  const isSummaryNewer =
    summary !== undefined && (!own.run || (!isGoing(own) && summary.finishedAt >= own.run.updatedAt));
  const { items, complete, failed, pending, errors } = isSummaryNewer ? summary.counts : own;
  return { items, complete, failed, pending, errors };
}

function withoutCounts(status: RunStatus): NonNullable<FolderStatus['run']> {
  const { state: _s, items: _i, complete: _c, failed: _f, pending: _p, errors: _e, ...run } = status;
  return run;
}
