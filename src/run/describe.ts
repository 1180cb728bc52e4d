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
  readonly bytes: number;
  readonly workers: number;
  /** Of one item with the first recipe, for a photograph of 4:3. */
  readonly msPerStep: number;
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
    warnings: [...prepared.warnings, ...warnings],
    ...(estimate && { estimate }),
  };
}
