/** The job that made a dataset, from its folder. @module */
import { type OutputJob, readOutputJob } from '../../dataset/output-job.js';
import { outputPaths } from '../../dataset/output-paths.js';
import { startedFrom } from '../../dataset/output-status.js';
import type { DatasetSummary } from '../../dataset/summary.js';
import { readableSummary } from '../../dataset/verify/verify-summary.js';
import { WildstyleError } from '../../errors.js';
import { type Job, jobSchema } from '../../job/schema.js';

/** Returns the job and the plan digest of a dataset. @throws `dataset-invalid` if neither can be found */
export async function recordedOutput(root: string): Promise<OutputJob> {
  const { summary } = await readableSummary(root);
  const known = (await readOutputJob(root)) ?? (summary && startedFrom(summary));
  if (known) return known;
  throw new WildstyleError('dataset-invalid', `${root} does not say which job made it.`, {
    cure: 'Restore dataset.json, or run the job again.',
  });
}

/**
 * Returns the job that made a dataset. A dataset does not say how its job ran (`run`), except for what shows in the pixels.
 * @throws `dataset-invalid`
 */
export async function recordedJob(root: string): Promise<Job> {
  const { job } = await recordedOutput(root);
  const { summary } = await readableSummary(root);
  const { content, gate } = job as {
    content?: { annotations?: Record<string, unknown> };
    gate?: { classifier?: unknown };
  };
  const { sha256: _, categories: __, ...annotations } = content?.annotations ?? {};
  const parsed = jobSchema.safeParse({
    ...job,
    ...(content?.annotations && { content: { ...content, annotations } }),
    ...(gate && { gate: withoutDigest(gate) }),
    output: { ...(job.output as object), root },
    run: runOf(summary),
  });
  if (parsed.success) return { ...parsed.data, file: outputPaths(root).summary };
  throw new WildstyleError('dataset-invalid', `The job in ${root} is not valid in this version.`, {
    cure: 'Give the job file: --job job.yaml.',
    cause: parsed.error,
  });
}

function withoutDigest(gate: { classifier?: unknown }): object {
  if (typeof gate.classifier !== 'object') return gate;
  const { sha256: _, ...classifier } = gate.classifier as Record<string, unknown>;
  return { ...gate, classifier };
}

/** What of `run` shows in the pixels. */
function runOf(summary: DatasetSummary | undefined): Record<string, unknown> {
  const { engine, batch } = (summary?.environment ?? {}) as {
    engine?: Record<string, unknown> | null;
    batch?: unknown;
  };
  return {
    ...(batch !== undefined && { batch }),
    ...(engine && { engine: engine.name, device: engine.device }),
    ...(engine?.precision !== undefined && { precision: engine.precision }),
  };
}
