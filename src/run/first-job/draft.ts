/** Drafts a job for two folders: proposes it, plans it, and measures this machine for its cost. @module */
import { parseJob } from '../../job/load.js';
import type { Job } from '../../job/schema.js';
import type { PlanEstimate } from '../describe.js';
import { estimatePlan } from '../estimate/estimate-plan.js';
import { type Prepared, prepare } from '../preparing/prepare.js';
import { type JobPlaces, jobText } from './job-text.js';
import type { FolderLook } from './look.js';
import { limitedTo, type Proposal, propose, type Wishes } from './propose.js';

/** A job that was not written yet. */
export interface Draft {
  readonly proposal: Proposal;
  readonly prepared: Prepared;
  /** Absent if no step succeeds on this machine. */
  readonly estimate: PlanEstimate | undefined;
}

/** What {@link draftJob} needs besides the folders. */
export interface DraftOptions {
  /** The job file, which need not exist. */
  readonly file: string;
  readonly places: JobPlaces;
  readonly content: FolderLook;
  readonly wishes: Wishes;
  /** Time for the whole run: the proposal has no more images than fit. */
  readonly hours: number;
  /** Replaces the measurement of this machine in tests. */
  readonly estimate?: typeof estimatePlan;
}

/**
 * Drafts a job. Reads every photograph for near duplicates; writes nothing but caches.
 * @throws the errors of `prepare`
 */
export async function draftJob(options: DraftOptions): Promise<Draft> {
  const { file, places, content, wishes, hours, estimate: measure = estimatePlan } = options;
  const jobOf = (proposal: Proposal): Job =>
    parseJob(file, jobText(places, proposal, { found: [], planned: [] }));
  const first = propose(content, wishes, 0);
  let prepared = await prepare(jobOf(first));
  const similar = prepared.inventory.similar.filter(({ source }) => source === 'content').length;
  const whole = propose(content, wishes, similar);
  if (whole.groupSimilar && whole.split !== 'none') prepared = await prepare(jobOf(whole));
  const estimate = await measure(prepared);
  if (!estimate) return { proposal: whole, prepared, estimate };
  const proposal = limitedTo(whole, hours, estimate.seconds, prepared.plan.counts.stylized);
  if (proposal === whole) return { proposal, prepared, estimate };
  const limited = await prepare(jobOf(proposal));
  return { proposal, prepared: limited, estimate: await measure(limited) };
}
