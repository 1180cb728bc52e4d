/** Describes the output of a run, for comparison with the contents of the output folder. @module */

import { isAuto } from '../../auto.js';
import { maskName } from '../../dataset/job-differences.js';
import type { PlannedOutput } from '../../dataset/output-job.js';
import type { ImageEntry } from '../../inventory/entries.js';
import { ownClassifier } from '../../job/gate-schema.js';
import type { Side } from '../../stylize/role.js';
import type { Prepared } from './prepare.js';
import { resolveNetwork } from './weights.js';

/** Returns the plan digest, which identifies the output, and the job without `run`, which explains differences. */
export function plannedOutput({ job, inventory, plan, classifier }: Prepared): PlannedOutput {
  const { file: _file, run: _run, ...decisive } = job;
  // What `auto` stands for can change with the version.
  const { annotations } = job.content;
  const { network: given } = job.recipe;
  const network = isAuto(given) ? resolveNetwork(given) : given;
  return {
    job: {
      ...decisive,
      ...(annotations && {
        content: {
          ...job.content,
          annotations: {
            ...annotations,
            sha256: inventory.annotationsSha256,
            ...(inventory.categories && { categories: inventory.categories }),
          },
        },
      }),
      ...(classifier && {
        gate: { ...job.gate, classifier: { ...ownClassifier(job.gate), sha256: classifier.sha256 } },
      }),
      recipe: { ...job.recipe, network },
    },
    planDigest: plan.digest,
    images: [
      ...inventory.contents.flatMap((entry) => filesOf('content', entry)),
      ...inventory.styles.flatMap((entry) => filesOf('style', entry)),
    ],
    files: () => plannedFiles(plan),
  };
}

/** The files of all items. */
export function* plannedFiles(plan: Prepared['plan']): Generator<string> {
  for (const { file } of plan.items()) yield file;
}

/** An image, and its mask if it has one. */
function filesOf(role: Side, { path, sha256, mask }: ImageEntry) {
  const image = { role, path, sha256 };
  return mask ? [image, { role, path: maskName(path), sha256: mask.sha256 }] : [image];
}
