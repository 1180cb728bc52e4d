/** Finds the items of a plan that are left to make, given the state of the output folder. @module */
import { groupOf, splitOf } from '../../dataset/ledger/metadata-row.js';
import type { RecordIndex } from '../../dataset/ledger/record-index.js';
import { readRecords } from '../../dataset/ledger/record-reader.js';
import { type InspectedOutput, inspectOutput } from '../../dataset/output-status.js';
import { WildstyleError } from '../../errors.js';
import type { ImageRights } from '../../inventory/entries.js';
import { type PlacedImage, splitConflict } from '../../splits/conflict.js';
import { photographsOf } from '../../splits/names.js';
import type { ByRole } from '../../stylize/role.js';
import { type IsPending, pendingIn, type Workload, workloadOf } from '../estimate/workload.js';
import type { RunOptions } from '../progress/events.js';
import { plannedOutput } from './planned-output.js';
import type { Prepared } from './prepare.js';

export interface PendingWork {
  readonly status: InspectedOutput;
  /** Number of complete items of the plan. */
  readonly done: number;
  /** Whether licenses or authors of images have changed, so that the manifest must be written again. */
  readonly hasNewRights: boolean;
  readonly isPending: IsPending;
  readonly workload: Workload;
}

/**
 * Inspects the output folder of a plan. Writes nothing.
 * @throws `output-differs` if a different job created the folder, listing the differences; `split-conflict` if the plan
 *   puts a photograph into another split; `output-foreign`, `dataset-invalid`
 */
export async function findPendingWork(
  prepared: Prepared,
  { extend = false, retryFailed = false, only }: Pick<RunOptions, 'extend' | 'retryFailed' | 'only'> = {},
): Promise<PendingWork> {
  const { job, plan } = prepared;
  const status = await inspectOutput(job.output.root, plannedOutput(prepared));
  if (status.kind === 'differs' && !extend) throw differs(job.output.root, status.differences);
  if (status.kind === 'differs') {
    await checkSplits(prepared, status.records);
    checkFiles(prepared, status.records);
  }
  const { records } = status;
  const isUnmade = pendingIn(records, retryFailed);
  const isPending: IsPending = only ? (item) => only.has(item.id) && isUnmade(item) : isUnmade;
  let done = 0;
  // One pass over the items for both: it is slow for large plans.
  const workload = workloadOf(plan.items(), (item) => {
    if (records.get(item.id)?.status === 'complete') done++;
    return isPending(item);
  });
  const hasNewRights = await haveRightsChanged(prepared, status);
  return { status, done, hasNewRights, isPending, workload };
}

/** Rejects a plan that puts a photograph, or a group, of one split into another. */
async function checkSplits({ plan }: Prepared, records: RecordIndex): Promise<void> {
  const recorded = new Map<string, PlacedImage>();
  for await (const record of readRecords(records.values())) {
    const { content } = record.sources as ByRole<{ path: string; sha256: string }>;
    const split = photographsOf(splitOf(record));
    // A failed item of an earlier version does not say its split.
    if (!content || split === '') continue;
    const group = groupOf(record);
    const placed = { ...content, split, group };
    recorded.set(`image ${content.sha256}`, placed);
    recorded.set(`group ${group}`, placed);
  }
  if (recorded.size === 0) return;
  for (const content of plan.splits.contents) {
    const { sha256, split, group } = content;
    const before = recorded.get(`image ${sha256}`) ?? recorded.get(`group ${group}`);
    if (before && before.split !== split) throw splitConflict(before, content);
  }
}

/** Whether a complete dataset records other licenses or authors than the inventory has. */
async function haveRightsChanged({ job, inventory }: Prepared, status: InspectedOutput): Promise<boolean> {
  if (status.kind !== 'complete') return false;
  if (!job.content.licenses && !job.style.licenses && !status.summary.counts.licenses) return false;
  const byImage = new Map<string, ImageRights>();
  for (const entry of inventory.contents) byImage.set(`content ${entry.path}`, entry);
  for (const entry of inventory.styles) byImage.set(`style ${entry.path}`, entry);
  for await (const { sources } of readRecords(status.records.values())) {
    for (const [role, recorded] of Object.entries(sources)) {
      const found = byImage.get(`${role} ${recorded.path}`);
      if (found && (found.license !== recorded.license || found.author !== recorded.author)) return true;
    }
  }
  return false;
}

/** Rejects a plan that moves an existing image within the folder: it would be there twice. */
export function checkFiles({ job, plan }: Prepared, records: RecordIndex): void {
  for (const { id, file } of plan.items()) {
    const existing = records.get(id)?.file;
    if (existing && existing !== file) {
      throw new WildstyleError(
        'output-differs',
        `${job.output.root} contains ${existing}, but this job would write it to ${file}.`,
        {
          cure: 'Restore output.split and output.subfolders, which cannot change within a folder, or choose another folder with --out.',
        },
      );
    }
  }
}

/** Returns the error for a folder that a different job created. */
export function differs(root: string, differences: readonly string[]): WildstyleError {
  const shown = differences.slice(0, 20).map((line) => `  ${line}`);
  return new WildstyleError(
    'output-differs',
    `${root} was created by a different job. Differences:\n${shown.join('\n')}`,
    { cure: 'Choose another folder with --out, or add to this one with --extend, which keeps its images.' },
  );
}
