/** Measures a job's overhead over its optimization steps: processes, decoding, encoding, publishing, manifest. @module */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadJob } from '../../src/job/load.js';
import { prepare } from '../../src/run/preparing/prepare.js';
import { runPlan } from '../../src/run/run.js';

const items = 40;

/**
 * Runs the demo with the network `random` on 40 pairs of its images at 256 px. Compares the wall time with the time of
 * the optimization steps divided by the number of workers.
 */
export async function benchJob(): Promise<Record<string, number>> {
  const root = await mkdtemp(join(tmpdir(), 'wildstyle-bench-'));
  try {
    const job = await loadJob('configs/demo.yaml', {
      overrides: [
        `output.root=${JSON.stringify(join(root, 'out'))}`,
        `sampling.limit=${items}`,
        'sampling.stylesPerContent=3',
        'sampling.keepOriginals=false',
        'recipe.network=random',
        'recipe.size=256',
      ],
    });
    // Includes the inventory and planning, which are part of a job.
    const before = performance.now();
    const prepared = await prepare(job);
    const { stepMs, workers, counts } = await runPlan(prepared);
    const wallS = (performance.now() - before) / 1000;
    const stepsS = stepMs / 1000;
    return { items: counts.complete, wallS, stepsS, workers, overhead: (wallS * workers) / stepsS };
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}
