/** Describes a plan as plain data, for printing and for JSON output. @module */
import type { WindowsNeeded } from '../calendar/window.js';
import type { Plan } from '../plan/plan.js';
import type { PendingWork } from './preparing/pending-work.js';
import type { Prepared } from './preparing/prepare.js';

export interface PlanDescription {
  readonly job: string;
  readonly output: string;
  readonly digest: string;
  readonly items: number;
  readonly stylized: number;
  readonly originals: number;
  readonly classes: Plan['counts']['classes'];
  readonly splits: Plan['counts']['splits'];
  readonly styles: Plan['counts']['styles'];
  /** Number of items already in the output folder, if known. */
  readonly done?: number;
  /** The items left to make. */
  readonly remaining?: { readonly items: number; readonly stylized: number };
  /** The values drawn for each parameter of the recipe. */
  readonly parameters: Plan['parameters'];
  readonly leftOut: readonly { readonly path: string; readonly code: string; readonly message: string }[];
  readonly duplicates: number;
  /** Every file that shows the picture of another one, with that other one: exact and near duplicates. */
  readonly duplicatePairs: Prepared['duplicates'];
  readonly warnings: readonly string[];
  /** Estimate for the items left to make; present if the step time was measured. */
  readonly estimate?: PlanEstimate;
}

export interface PlanEstimate {
  readonly seconds: number;
  /** Disk space. */
  readonly bytes: number;
  readonly workers: number;
  /** Approximate memory of all workers together. */
  readonly memoryBytes: number;
  /** Memory that is currently free. */
  readonly freeMemoryBytes: number;
  /** If the job has a window: how many of them it needs, and when it will be done. */
  readonly windows?: WindowsNeeded;
  /** For one item with the first recipe and a 4:3 photograph. Absent, like the fields below, if there are no steps. */
  readonly msPerStep?: number;
  /** Long edge of that item. */
  readonly sizePx?: number;
  /** Long edge at which the step was measured. For larger images, the time is extrapolated per pixel. */
  readonly measuredSizePx?: number;
  /** Time since the measurement. */
  readonly measurementAgeMs?: number;
}

/** Facts that are not part of the plan itself. */
export interface PlanFindings {
  readonly remaining?: PendingWork | undefined;
  readonly estimate?: PlanEstimate | undefined;
  /** Added after the warnings of the preparation. */
  readonly warnings?: readonly string[];
}

export function describePlan(
  prepared: Prepared,
  { remaining, estimate, warnings = [] }: PlanFindings = {},
): PlanDescription {
  const { job, inventory, plan } = prepared;
  const { counts, parameters, digest } = plan;
  return {
    job: job.file,
    output: job.output.root,
    digest,
    items: counts.total,
    stylized: counts.stylized,
    originals: counts.originals,
    ...(remaining && {
      done: remaining.done,
      remaining: { items: remaining.workload.items, stylized: remaining.workload.stylized },
    }),
    classes: counts.classes,
    splits: counts.splits,
    styles: counts.styles,
    parameters,
    leftOut: inventory.problems.map(({ path, code, message }) => ({ path, code, message })),
    duplicates: inventory.duplicates.length,
    duplicatePairs: prepared.duplicates,
    warnings: [...prepared.warnings, ...limitWarnings(prepared), ...warnings, ...memoryWarnings(estimate)],
    ...(estimate && { estimate }),
  };
}

/** Says how many photographs a limit leaves out of a dataset that keeps originals: those that get no stylized image. */
function limitWarnings({ job: { sampling }, plan: { counts } }: Prepared): string[] {
  if (sampling.limit === undefined || !sampling.keepOriginals) return [];
  const contents = counts.classes.reduce((sum, one) => sum + one.contents, 0);
  const left = contents - counts.originals;
  if (left <= 0) return [];
  const [are, theyGet] = left === 1 ? ['is', 'it gets'] : ['are', 'they get'];
  return [
    `${left} of ${contents} content images ${are} left out of the dataset, because with sampling.limit ${sampling.limit} ${theyGet} no stylized image.`,
  ];
}

/** Warns if a run needs more memory than is free: the machine would swap or kill it. */
export function memoryWarnings(
  estimate: Pick<PlanEstimate, 'memoryBytes' | 'freeMemoryBytes'> | undefined,
): string[] {
  if (!estimate || estimate.memoryBytes <= estimate.freeMemoryBytes) return [];
  const gigabytes = (bytes: number) => `${Number((bytes / 1e9).toPrecision(2))} GB`;
  const { memoryBytes, freeMemoryBytes } = estimate;
  return [
    `A run needs about ${gigabytes(memoryBytes)} of memory, but only ${gigabytes(freeMemoryBytes)} are free. Lower run.workers, recipe.size or run.batch.`,
  ];
}
