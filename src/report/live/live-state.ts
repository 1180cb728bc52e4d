/** What the live view shows, as plain data. All text is visible text. @module */
import { access } from 'node:fs/promises';
import type { ItemRecord } from '../../dataset/ledger/record.js';
import { type OutputPlace, outputPaths } from '../../dataset/output-paths.js';
import { findShards } from '../../dataset/shards/shard-folders.js';
import { type FolderStatus, folderStatus, isGoing } from '../../dataset/status/folder-status.js';
import { type ReportRow, rowOf } from '../page/rows.js';
import { visible } from '../page/visible.js';
import type { NewestRecords } from './newest-records.js';

/** One image of the view. */
export type LiveRow = Pick<
  ReportRow,
  | 'id'
  | 'status'
  | 'label'
  | 'content'
  | 'style'
  | 'href'
  | 'strength'
  | 'loss'
  | 'elapsedMs'
  | 'curve'
  | 'error'
>;

/** An image that is being optimized. */
export interface LiveCurve {
  readonly id: string;
  readonly image: string;
  readonly style: string;
  readonly step: number;
  readonly losses: readonly number[];
}

/** The state of a run at one moment. */
export interface LiveState
  extends Pick<FolderStatus, 'state' | 'items' | 'complete' | 'failed' | 'pending' | 'errors'> {
  readonly isGoing: boolean;
  readonly stylizedPerMinute: number | null;
  /** Steps of the runs in progress, done and in all; null without steps. */
  readonly steps: { readonly done: number; readonly total: number } | null;
  /** The share of the time in which the workers computed. */
  readonly workersBusy: number | null;
  readonly remainingMs: number | null;
  /** Images that are being optimized: at least those in `inWork`. */
  readonly inWorkCount: number;
  /** Images that are being optimized, with the losses so far; the first ones only. */
  readonly inWork: readonly LiveCurve[];
  readonly failures: readonly { readonly image: string; readonly code: string; readonly message: string }[];
  readonly newest: readonly LiveRow[];
  /** Whether the folder has a report. */
  readonly hasReport: boolean;
}

/**
 * Looks at a folder. Reads a few small files and what is new in the journals.
 * @throws `dataset-invalid` if it is not the folder of a dataset
 */
export async function liveState(root: string, newest: NewestRecords): Promise<LiveState> {
  const places: OutputPlace[] = [root, ...(await findShards(root))];
  const [status, hasReport] = await Promise.all([
    folderStatus(root),
    access(outputPaths(root).report).then(
      () => true,
      () => false,
    ),
    newest.look(places),
  ]);
  const runs = [status.run, ...(status.shards ?? []).map(({ run }) => run)].flatMap((run) => run ?? []);
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  const totalSteps = sum(runs.map((run) => run.totalSteps ?? 0));
  const busy = runs.flatMap(({ workersBusy }) => workersBusy ?? []);
  const remaining = runs.flatMap(({ remainingMs }) => remainingMs ?? []);
  return {
    state: status.state,
    isGoing: isGoing(status),
    ...{ items: status.items, complete: status.complete, failed: status.failed, pending: status.pending },
    errors: status.errors,
    stylizedPerMinute: isGoing(status)
      ? sum(runs.map(({ stylizedPerMinute, itemsPerMinute }) => stylizedPerMinute ?? itemsPerMinute))
      : null,
    steps:
      isGoing(status) && totalSteps > 0
        ? { done: sum(runs.map((run) => run.doneSteps ?? 0)), total: totalSteps }
        : null,
    workersBusy: isGoing(status) && busy.length > 0 ? sum(busy) / busy.length : null,
    remainingMs: isGoing(status) && remaining.length > 0 ? Math.max(...remaining) : null,
    inWorkCount: isGoing(status) ? sum(runs.map(inWorkCountOf)) : 0,
    inWork: isGoing(status) ? runs.flatMap(({ inWork }) => (inWork ?? []).map(liveCurve)) : [],
    failures: runs.flatMap(({ lastErrors }) =>
      lastErrors.map(({ image, code, message }) => ({
        image: visible(image),
        code: visible(code),
        message: visible(message),
      })),
    ),
    newest: newest.records.map(liveRow),
    hasReport,
  };
}

/** Images that a worker has been given but not begun do not count. */
function inWorkCountOf({ workers, inWork = [] }: NonNullable<FolderStatus['run']>): number {
  // A run of an earlier version has the list alone.
  return Math.max(
    inWork.length,
    workers.reduce((total, worker) => total + (worker.inWork ?? 0), 0),
  );
}

function liveRow(record: ItemRecord): LiveRow {
  const row = rowOf(record, { content: -1, style: -1, result: -1 }, () => false);
  const { id, status, label, content, style, href, strength, loss, elapsedMs, curve, error } = row;
  return { id, status, label, content, style, href, strength, loss, elapsedMs, curve, error };
}

const liveCurve = ({ id, image, style, step, losses }: LiveCurve): LiveCurve => ({
  id: visible(id),
  image: visible(image),
  style: visible(style),
  step,
  losses,
});
