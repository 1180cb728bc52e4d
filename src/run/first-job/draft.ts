/** Drafts a job for two folders: proposes it, plans it, and measures this machine for its cost. @module */
import { parseJob } from '../../job/load.js';
import type { PlanEstimate } from '../describe.js';
import { estimatePlan } from '../estimate/estimate-plan.js';
import { type Prepared, prepare } from '../preparing/prepare.js';
import { type JobPlaces, jobText } from './job-text.js';
import { leavingOut } from './look.js';
import { limitedTo, type Proposal, propose, type Wishes } from './propose.js';
import type { OddImage } from './sizes.js';
import { undecodable } from './undecodable.js';

/** A job that was not written yet. */
export interface Draft {
  readonly proposal: Proposal;
  /** The folders, without images that cannot be used. */
  readonly places: JobPlaces;
  /** Photographs that only turned out to be unusable when they were decoded. */
  readonly undecodable: readonly OddImage[];
  readonly prepared: Prepared;
  /** Absent if no step succeeds on this machine. */
  readonly estimate: PlanEstimate | undefined;
}

/** What {@link draftJob} needs besides the folders. */
export interface DraftOptions {
  /** The job file, which need not exist. */
  readonly file: string;
  readonly places: JobPlaces;
  readonly wishes: Wishes;
  /** Time for the whole run: the proposal has no more images than fit. */
  readonly hours: number;
  /** Replaces the measurement of this machine in tests. */
  readonly estimate?: typeof estimatePlan;
}

/**
 * Drafts a job. Decodes every photograph for near duplicates; writes nothing but caches.
 * @throws the errors of `prepare`
 */
export async function draftJob(options: DraftOptions): Promise<Draft> {
  const { file, wishes, hours, estimate: measure = estimatePlan } = options;
  let { places } = options;
  const prepareFor = (proposal: Proposal): Promise<Prepared> =>
    prepare(parseJob(file, jobText(places, proposal, { found: [], planned: [] })));
  let whole = propose(places.content, wishes, 0);
  let prepared = await prepareFor(whole);
  const odd = await undecodable(prepared.job, prepared.inventory);
  if (odd.length > 0) places = { ...places, content: leavingOut(places.content, odd) };
  const similar = prepared.inventory.similar.filter(({ source }) => source === 'content').length;
  whole = propose(places.content, wishes, similar);
  if (odd.length > 0 || (whole.groupSimilar && whole.split !== 'none')) prepared = await prepareFor(whole);
  const estimate = await measure(prepared);
  const found = { places, undecodable: odd };
  if (!estimate) return { ...found, proposal: whole, prepared, estimate };
  const proposal = limitedTo(whole, hours, estimate.seconds, prepared.plan.counts.stylized);
  if (proposal === whole) return { ...found, proposal, prepared, estimate };
  const limited = await prepareFor(proposal);
  return { ...found, proposal, prepared: limited, estimate: await measure(limited) };
}
