/** What a plan will make, as plain data for people and programs. @module */
import type { Plan } from '../plan/plan.js';
import type { PendingWork } from './pending-work.js';
import type { Prepared } from './prepare.js';

export interface PlanDescription {
  readonly job: string;
  readonly output: string;
  readonly digest: string;
  readonly items: number;
  readonly stylized: number;
  readonly originals: number;
  readonly classes: Plan['counts']['classes'];
  readonly styles: Plan['counts']['styles'];
  /** What the output folder holds of it already, where that is known. */
  readonly done?: number;
  /** What is left to make. */
  readonly remaining?: { readonly items: number; readonly stylized: number };
  /** What is drawn for each parameter of the recipe. */
  readonly parameters: Plan['parameters'];
  readonly leftOut: readonly { readonly path: string; readonly code: string; readonly message: string }[];
  readonly duplicates: number;
  readonly warnings: readonly string[];
  /** Of what is left to make; present where the time of a step was measured. */
  readonly estimate?: PlanEstimate;
}

export interface PlanEstimate {
  readonly seconds: number;
  /** Disk space. */
  readonly bytes: number;
  readonly workers: number;
  /** Memory that all workers together take, about. */
  readonly memoryBytes: number;
  /** Memory that is free at present. */
  readonly freeMemoryBytes: number;
  /** Of one item with the first recipe, for a 4:3 photograph; absent, as what follows, where no step is made. */
  readonly msPerStep?: number;
  /** Long edge at which the step was measured; the time of larger images is extrapolated by the pixel. */
  readonly measuredSizePx?: number;
  /** How long ago it was measured. */
  readonly measurementAgeMs?: number;
}

/** What is known beside the plan itself. */
export interface PlanFindings {
  readonly remaining?: PendingWork | undefined;
  readonly estimate?: PlanEstimate | undefined;
  /** To be told after those that are known before. */
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
    styles: counts.styles,
    parameters,
    leftOut: inventory.problems.map(({ path, code, message }) => ({ path, code, message })),
    duplicates: inventory.duplicates.length,
    warnings: [...prepared.warnings, ...warnings, ...memoryWarnings(estimate)],
    ...(estimate && { estimate }),
  };
}

/** A run that takes more memory than is free makes the machine swap, or is killed. */
export function memoryWarnings(
  estimate: Pick<PlanEstimate, 'memoryBytes' | 'freeMemoryBytes'> | undefined,
): string[] {
  if (!estimate || estimate.memoryBytes <= estimate.freeMemoryBytes) return [];
  const gigabytes = (bytes: number) => `${Number((bytes / 1e9).toPrecision(2))} GB`;
  const { memoryBytes, freeMemoryBytes } = estimate;
  return [
    `A run needs about ${gigabytes(memoryBytes)} of memory, and ${gigabytes(freeMemoryBytes)} are free: lower run.workers, recipe.size or run.batch.`,
  ];
}
