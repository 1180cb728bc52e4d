/** What is known about a dataset folder without reading its records. @module */
import { lstat } from 'node:fs/promises';
import { writerOf } from '../lock.js';
import { noDataset } from '../output-job.js';
import { type DatasetSummary, readSummary } from '../summary.js';
import { type RunStatus, readStatus } from './status-file.js';

/** `interrupted`: the last run ended without a word, for example because the machine did. */
export type FolderState = RunStatus['state'] | 'starting' | 'interrupted';

/** The status of a folder; plain data. Fields about a run are there if its status was found. */
export interface FolderStatus {
  readonly folder: string;
  readonly state: FolderState;
  readonly items: number;
  readonly complete: number;
  readonly failed: number;
  readonly pending: number;
  readonly errors: Readonly<Record<string, number>>;
  /** The run that is going on, or the last one. */
  readonly run?: Omit<RunStatus, 'state' | 'items' | 'complete' | 'failed' | 'pending' | 'errors'>;
}

const goingStates: readonly FolderState[] = ['starting', 'running', 'draining', 'finishing'];

/** Returns whether a run is going on in a folder. */
export function isGoing({ state }: FolderStatus): boolean {
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
  const [summary, status, writer] = isFolder
    ? await Promise.all([readSummary(root), readStatus(root), writerOf(root)])
    : [];
  if (!summary && !status && !writer) throw noDataset(root, 'dataset.json');
  // The lock is taken before the first status is written.
  const isOld =
    writer?.startedAt !== undefined && status !== undefined && status.startedAt < writer.startedAt;
  const current = isOld ? undefined : status;
  const counts = countsOf(status, summary);
  return {
    folder: root,
    state: writer ? stateOfWriter(current) : stateWithoutWriter(status, summary),
    ...counts,
    ...(current && { run: withoutCounts(current) }),
  };
}

function stateOfWriter(status: RunStatus | undefined): FolderState {
  const state = status?.state ?? 'starting';
  // It has written its last status, and is about to let the lock go.
  return goingStates.includes(state) ? state : 'finishing';
}

function stateWithoutWriter(status: RunStatus | undefined, summary: DatasetSummary | undefined): FolderState {
  if (!status) return summary?.status === 'complete' ? 'complete' : 'stopped';
  return goingStates.includes(status.state) ? 'interrupted' : status.state;
}

type CountsOfFolder = Pick<FolderStatus, 'items' | 'complete' | 'failed' | 'pending' | 'errors'>;

/** The summary is exact, but as old as the end of the last run that reached one. */
function countsOf(status: RunStatus | undefined, summary: DatasetSummary | undefined): CountsOfFolder {
  const isSummaryNewer = !status || (summary !== undefined && summary.finishedAt >= status.updatedAt);
  const { items, complete, failed, pending, errors } = (isSummaryNewer ? summary?.counts : status) ?? {
    items: 0,
    complete: 0,
    failed: 0,
    pending: 0,
    errors: {},
  };
  return { items, complete, failed, pending, errors };
}

function withoutCounts(status: RunStatus): NonNullable<FolderStatus['run']> {
  const { state: _s, items: _i, complete: _c, failed: _f, pending: _p, errors: _e, ...run } = status;
  return run;
}
