/** What a plan will make, as plain data for people and programs. @module */
import type { Plan } from '../plan/plan.js';
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
  /** What is drawn for each parameter of the recipe. */
  readonly parameters: Plan['parameters'];
  readonly leftOut: readonly { readonly path: string; readonly code: string; readonly message: string }[];
  readonly duplicates: number;
  readonly warnings: readonly string[];
  /** Present where the time of a step was measured. */
  readonly estimate?: PlanEstimate;
}

export interface PlanEstimate {
  readonly seconds: number;
  readonly bytes: number;
  readonly workers: number;
  /** Of one item with the first recipe, for a photograph of 4:3. */
  readonly msPerStep: number;
}

export function describePlan({ job, inventory, plan }: Prepared, estimate?: PlanEstimate): PlanDescription {
  const { counts, parameters, digest } = plan;
  return {
    job: job.file,
    output: job.output.root,
    digest,
    items: counts.total,
    stylized: counts.stylized,
    originals: counts.originals,
    classes: counts.classes,
    styles: counts.styles,
    parameters,
    leftOut: inventory.problems.map(({ path, code, message }) => ({ path, code, message })),
    duplicates: inventory.duplicates.length,
    warnings: inventory.warnings,
    ...(estimate && { estimate }),
  };
}
