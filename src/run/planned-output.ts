/** What a run is about to leave in its output folder, to be compared with what lies there. @module */

import { isAuto } from '../auto.js';
import type { PlannedOutput } from '../dataset/output-job.js';
import type { Prepared } from './prepare.js';
import { resolveNetwork } from './weights.js';

/** What decides the output: the plan's digest; the job is kept to tell differences, without how the work is done. */
export function plannedOutput({ job, inventory, plan, weightsFiles }: Prepared): PlannedOutput {
  const { file: _file, run: _run, ...decisive } = job;
  // What `auto` is depends on the weights that are there.
  const { network: given } = job.recipe;
  const network = isAuto(given) ? resolveNetwork(given, weightsFiles) : given;
  return {
    job: { ...decisive, recipe: { ...job.recipe, network } },
    planDigest: plan.digest,
    images: [
      ...inventory.contents.map(({ path, sha256 }) => ({ role: 'content' as const, path, sha256 })),
      ...inventory.styles.map(({ path, sha256 }) => ({ role: 'style' as const, path, sha256 })),
    ],
  };
}
