/** What a run is about to leave in its output folder, to be compared with what lies there. @module */
import type { IntendedOutput } from '../dataset/started.js';
import type { Prepared } from './prepare.js';

/** What decides the output: the plan's digest; the job is kept to tell differences, without how the work is done. */
export function intendedOutput({ job, inventory, plan }: Prepared): IntendedOutput {
  const { file: _file, run: _run, ...decisive } = job;
  return {
    job: { ...decisive },
    planDigest: plan.digest,
    images: [
      ...inventory.contents.map(({ path, sha256 }) => ({ role: 'content' as const, path, sha256 })),
      ...inventory.styles.map(({ path, sha256 }) => ({ role: 'style' as const, path, sha256 })),
    ],
  };
}
