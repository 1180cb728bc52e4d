/** Describes the output of a run, for comparison with the contents of the output folder. @module */

import { isAuto } from '../auto.js';
import type { PlannedOutput } from '../dataset/output-job.js';
import type { Prepared } from './prepare.js';
import { resolveNetwork } from './weights.js';

/** Returns the plan digest, which identifies the output, and the job without `run`, which explains differences. */
export function plannedOutput({ job, inventory, plan }: Prepared): PlannedOutput {
  const { file: _file, run: _run, ...decisive } = job;
  // What `auto` stands for can change with the version.
  const { annotations } = job.content;
  const { network: given } = job.recipe;
  const network = isAuto(given) ? resolveNetwork(given) : given;
  return {
    job: {
      ...decisive,
      ...(annotations && {
        content: { ...job.content, annotations: { ...annotations, sha256: inventory.annotationsSha256 } },
      }),
      recipe: { ...job.recipe, network },
    },
    planDigest: plan.digest,
    images: [
      ...inventory.contents.map(({ path, sha256 }) => ({ role: 'content' as const, path, sha256 })),
      ...inventory.styles.map(({ path, sha256 }) => ({ role: 'style' as const, path, sha256 })),
    ],
  };
}
