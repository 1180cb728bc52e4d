/** What a run finds in its output folder, and what of the plan is left to make. @module */
import { fileOf, type ItemRecord } from '../dataset/ledger/record.js';
import { type InspectedOutput, inspectOutput } from '../dataset/output-status.js';
import { WildstyleError } from '../errors.js';
import { type IsPending, pendingIn, type Workload, workloadOf } from './estimate/workload.js';
import type { RunOptions } from './events.js';
import { plannedOutput } from './planned-output.js';
import type { Prepared } from './prepare.js';

export interface PendingWork {
  readonly state: InspectedOutput;
  /** What the folder holds: finished and failed items by id. */
  readonly records: ReadonlyMap<string, ItemRecord>;
  /** Items of the plan that are finished. */
  readonly done: number;
  readonly isPending: IsPending;
  readonly workload: Workload;
}

/**
 * Looks at the output folder of a plan, and writes nothing.
 * @throws `output-differs` when the folder was made by another job, naming the differences; `output-foreign`,
 *   `dataset-invalid`
 */
export async function findPendingWork(
  prepared: Prepared,
  { extend = false, retryFailed = false }: Pick<RunOptions, 'extend' | 'retryFailed'> = {},
): Promise<PendingWork> {
  const { job, plan } = prepared;
  const state = await inspectOutput(job.output.root, plannedOutput(prepared));
  if (state.kind === 'differs' && !extend) throw differs(job.output.root, state.differences);
  if (state.kind === 'differs') checkPlaces(prepared, state.records);
  const records = 'records' in state ? state.records : new Map<string, ItemRecord>();
  const isPending = pendingIn(records, retryFailed);
  let done = 0;
  // A pass over the items takes its time where they are many.
  if (records.size > 0) for (const { id } of plan.items()) if (records.get(id)?.status === 'complete') done++;
  return { state, records, done, isPending, workload: workloadOf(plan.items(), isPending) };
}

/** An image that is to lie elsewhere in the same folder would be there twice. */
function checkPlaces({ job, plan }: Prepared, records: ReadonlyMap<string, ItemRecord>): void {
  for (const { id, file } of plan.items()) {
    const record = records.get(id);
    const there = record && fileOf(record);
    if (there && there !== file) {
      throw new WildstyleError(
        'output-differs',
        `${job.output.root} holds ${there}, which this job would put at ${file}.`,
        {
          cure: 'A folder keeps its output.split: choose another folder with --out.',
        },
      );
    }
  }
}

function differs(root: string, differences: readonly string[]): WildstyleError {
  const shown = differences.slice(0, 20).map((line) => `  ${line}`);
  return new WildstyleError(
    'output-differs',
    `${root} was made by another job. What differs:\n${shown.join('\n')}`,
    { cure: 'Choose another folder with --out, or add to this one with --extend: what it holds stays.' },
  );
}
