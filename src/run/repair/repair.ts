/**
 * Repairs a dataset: moves aside what does not belong to it, and remakes missing or damaged files. Can be interrupted at
 * any time; the next repair continues.
 * @module
 */
import { lockOutput } from '../../dataset/lock.js';
import { readSummary } from '../../dataset/summary.js';
import { type DatasetProblem, verifyDataset } from '../../dataset/verify/verify.js';
import { exportDataset, isExported } from '../../export/export-dataset.js';
import { exporterNames } from '../../export-formats.js';
import type { FileSystem } from '../../files/file-system.js';
import { replaceReport } from '../../report/page/replace-report.js';
import { whileLocked } from '../locked.js';
import type { Prepared } from '../preparing/prepare.js';
import type { RunOptions, RunResult } from '../progress/events.js';
import { runPlan } from '../run.js';
import { clearUp } from './clear-up.js';
import { type RepairNote, removeRepairNote } from './repair-note.js';

/** Options of a repair: those of a run that do not decide what is made. */
export type RepairOptions = Omit<RunOptions, 'extend' | 'retryFailed' | 'shard' | 'only'>;

/** What a repair found and did. */
export interface RepairResult {
  /** What was wrong. */
  readonly found: readonly DatasetProblem[];
  /** Files that were moved to `.wildstyle/set-aside/`, relative to the dataset. */
  readonly setAside: readonly string[];
  /** Images of earlier jobs that were wrong. No run can make them again; they are no longer part of the dataset. */
  readonly lost: readonly string[];
  /** The run that made what was missing; undefined if nothing was wrong. */
  readonly run: RunResult | undefined;
  /** What is still wrong; empty if the repair came to its end. */
  readonly left: readonly DatasetProblem[];
  /**
   * Whether `digests.result` is what it was before the damage. Undefined if that is not known, or if the dataset was not
   * complete.
   */
  readonly isSameResult: boolean | undefined;
}

/**
 * Repairs a dataset.
 * @param prepared returns the job that made it. Called after a damaged `splits.csv` was moved aside
 * @throws `output-differs` if the job would make other images than those of the dataset; `dataset-invalid` if the folder is
 *   not a dataset, or if its shards are not merged; as `runPlan`
 */
export async function repairDataset(
  root: string,
  prepared: () => Promise<Prepared>,
  options: RepairOptions = {},
): Promise<RepairResult> {
  const cleared = await whileLocked(root, options, ({ lock }) =>
    clearUp(root, prepared, lock, options.onEvent),
  );
  const { found, setAside, lost } = cleared;
  if (!cleared.work) return { found, setAside, lost, run: undefined, left: [], isSameResult: undefined };
  const { plan, note } = cleared.work;
  const run = await runPlan(plan, {
    ...options,
    ...(note.only && { only: new Set(note.only) }),
  });
  const stoppedBy = options.drain?.aborted || (run.stoppedBy && run.stoppedBy !== 'max-images');
  // With the note, the next repair continues.
  if (!stoppedBy && !run.missing) await writeOthers(root, note, options.fileSystem);
  const { problems: left } = await verifyDataset(root);
  const summary = await readSummary(root);
  const isSameResult =
    note.result === null || stoppedBy ? undefined : summary?.digests.result === note.result;
  return { found, setAside, lost, run, left, isSameResult };
}

/** Writes exports and report again, and forgets what was to do. */
async function writeOthers(
  root: string,
  note: RepairNote,
  fileSystem: FileSystem | undefined,
): Promise<void> {
  const summary = await readSummary(root);
  const outdated = exporterNames.filter((name) => summary?.exports?.[name] && !isExported(summary, name));
  for (const name of new Set([...note.exports, ...outdated])) await exportDataset(root, name, {}, fileSystem);
  if (note.report) await replaceReport(root, fileSystem && { fileSystem });
  const lock = await lockOutput(root, { startedAt: new Date(), ...(fileSystem && { fileSystem }) });
  try {
    await removeRepairNote(root, lock.fileSystem);
  } finally {
    await lock.release();
  }
}
