/** What a folder was begun for, known before its first item is made. @module */
import { existsSync } from 'node:fs';
import { z } from 'zod';
import { WildstyleError } from '../errors.js';
import type { JobImage } from './differences.js';
import { outputLayout } from './layout.js';
import { readLines } from './lines.js';
import { FilePublisher, publishFile } from './publish.js';
import { firstProblem } from './record-line.js';
import { readJson } from './summary.js';

/** What a run is about to make. */
export interface IntendedOutput {
  /** The job as resolved, plain JSON. */
  readonly job: Readonly<Record<string, unknown>>;
  /** Digest of all that decides the items, their files and their bytes. */
  readonly planDigest: string;
  /** The images of the inventory, to tell what changed. */
  readonly images?: Iterable<JobImage>;
}

const job = z.record(z.string(), z.unknown());
const startedJobSchema = z.strictObject({
  planDigest: z.string(),
  job,
  /** Jobs that the folder was made by before it was extended. */
  earlierJobs: z.array(job).readonly().default([]),
});
const startedImageSchema = z.strictObject({
  role: z.enum(['content', 'style']),
  path: z.string(),
  sha256: z.string(),
});

/** The job and the plan that a folder was begun with. */
export type StartedJob = z.output<typeof startedJobSchema>;

/**
 * Marks a folder as the output of a job, before the first item is made.
 * @param earlierJobs that the folder was made by already, the first one first
 * @throws `disk-full`, `output-unwritable`
 */
export async function beginOutput(
  root: string,
  intended: IntendedOutput,
  earlierJobs: StartedJob['earlierJobs'] = [],
): Promise<void> {
  const { startedJob, startedImages, temporaryFolder } = outputLayout(root);
  const images = await FilePublisher.open(startedImages, { temporaryFolder });
  for (const { role, path, sha256 } of intended.images ?? []) {
    await images.write(`${JSON.stringify({ role, path, sha256 })}\n`);
  }
  await images.commit();
  const { planDigest, job } = intended;
  const text = `${JSON.stringify({ planDigest, job, earlierJobs }, null, 2)}\n`;
  await publishFile(startedJob, text, { temporaryFolder });
}

/**
 * The job that a folder was begun with.
 * @returns undefined when it was not begun, or its working folder was deleted
 * @throws `dataset-invalid`
 */
export async function readStartedJob(root: string): Promise<StartedJob | undefined> {
  const { startedJob } = outputLayout(root);
  const value = await readJson(startedJob);
  return value === undefined ? undefined : checked(startedJobSchema, value, startedJob);
}

/**
 * The images that the job had when the folder was begun. Read it only where {@link readStartedJob} found a job.
 * @throws `dataset-invalid`
 */
export async function readStartedImages(root: string): Promise<JobImage[]> {
  const { startedImages } = outputLayout(root);
  const images: JobImage[] = [];
  try {
    for await (const { text } of readLines(startedImages)) {
      images.push(checked(startedImageSchema, JSON.parse(text), startedImages));
    }
  } catch (cause) {
    if (cause instanceof WildstyleError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new WildstyleError('dataset-invalid', `${startedImages}: cannot be read: ${reason}`, { cause });
  }
  return images;
}

/** The error for a folder that lacks what every run leaves. */
export function noDataset(root: string, lacking: string): WildstyleError {
  if (existsSync(outputLayout(root).startedJob)) {
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
