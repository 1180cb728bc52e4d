/** What a folder was begun for, known before its first item is made. @module */
import { existsSync } from 'node:fs';
import { z } from 'zod';
import { WildstyleError } from '../errors.js';
import { readLines } from '../files/lines.js';
import { FilePublisher, publishFile } from '../files/publish.js';
import { roles } from '../stylize/role.js';
import type { JobImage } from './job-differences.js';
import { firstProblem } from './ledger/record-line.js';
import { outputPaths } from './output-paths.js';
import { readJson } from './summary.js';

/** What a run is about to make. */
export interface PlannedOutput {
  /** The job as resolved, plain JSON. */
  readonly job: Readonly<Record<string, unknown>>;
  /** Digest of all that decides the items, their files and their bytes. */
  readonly planDigest: string;
  /** The images of the inventory, to tell what changed. */
  readonly images?: Iterable<JobImage>;
}

const job = z.record(z.string(), z.unknown());
const outputJobSchema = z.strictObject({
  planDigest: z.string(),
  job,
  /** Jobs that the folder was made by before it was extended. */
  earlierJobs: z.array(job).readonly().default([]),
});
const jobImageSchema = z.strictObject({
  role: z.enum(roles),
  path: z.string(),
  sha256: z.string(),
});

/** The job and the plan that a folder was begun with. */
export type OutputJob = z.output<typeof outputJobSchema>;

/**
 * Marks a folder as the output of a job, before the first item is made.
 * @param earlierJobs that the folder was made by already, the first one first
 * @throws `disk-full`, `output-unwritable`
 */
export async function markOutput(
  root: string,
  planned: PlannedOutput,
  earlierJobs: OutputJob['earlierJobs'] = [],
): Promise<void> {
  const { outputJob, jobImages, temporaryFolder } = outputPaths(root);
  const images = await FilePublisher.open(jobImages, { temporaryFolder });
  for (const { role, path, sha256 } of planned.images ?? []) {
    await images.write(`${JSON.stringify({ role, path, sha256 })}\n`);
  }
  await images.commit();
  const { planDigest, job } = planned;
  const text = `${JSON.stringify({ planDigest, job, earlierJobs }, null, 2)}\n`;
  await publishFile(outputJob, text, { temporaryFolder });
}

/**
 * The job that a folder was begun with.
 * @returns undefined when it was not begun, or its working folder was deleted
 * @throws `dataset-invalid`
 */
export async function readOutputJob(root: string): Promise<OutputJob | undefined> {
  const { outputJob } = outputPaths(root);
  const value = await readJson(outputJob);
  return value === undefined ? undefined : checked(outputJobSchema, value, outputJob);
}

/**
 * The images that the job had when the folder was begun. Read it only where {@link readOutputJob} found a job.
 * @throws `dataset-invalid`
 */
export async function readJobImages(root: string): Promise<JobImage[]> {
  const { jobImages } = outputPaths(root);
  const images: JobImage[] = [];
  try {
    for await (const { text } of readLines(jobImages)) {
      images.push(checked(jobImageSchema, JSON.parse(text), jobImages));
    }
  } catch (cause) {
    if (cause instanceof WildstyleError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new WildstyleError('dataset-invalid', `${jobImages}: cannot be read: ${reason}`, { cause });
  }
  return images;
}

/** The error for a folder that lacks what every run leaves. */
export function noDataset(root: string, lacking: string): WildstyleError {
  if (existsSync(outputPaths(root).outputJob)) {
    const message = `${root} has no ${lacking}: no run of it has ended, or the file was deleted.`;
    return new WildstyleError('dataset-invalid', message, {
      cure: 'Run the job again: it goes on, and leaves the file at its end. If it is running, wait.',
    });
  }
  return new WildstyleError('dataset-invalid', `${root} has no ${lacking}.`, {
    cure: 'Name the folder of a dataset that wildstyle made.',
  });
}

function checked<T>(schema: z.ZodType<T>, value: unknown, path: string): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new WildstyleError('dataset-invalid', `${path}: ${firstProblem(parsed.error)}`);
}
