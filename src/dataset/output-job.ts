/** The job of an output folder, stored before the first item is made. @module */
import { existsSync } from 'node:fs';
import { z } from 'zod';
import { WildstyleError } from '../errors.js';
import { type FileSystem, nodeFileSystem } from '../files/file-system.js';
import { firstProblem } from '../files/first-problem.js';
import { parseJson } from '../files/json.js';
import { readLines } from '../files/lines.js';
import { FilePublisher, publishFile } from '../files/publish.js';
import { sides } from '../stylize/role.js';
import type { JobImage } from './job-differences.js';
import { type OutputPlace, outputPaths } from './output-paths.js';
import { readJson } from './summary.js';
import { processText, type Writer } from './writer.js';

/** The output that a run plans to create. */
export interface PlannedOutput {
  /** The resolved job, as plain JSON. */
  readonly job: Readonly<Record<string, unknown>>;
  /** Digest of everything that determines the items, their files and their bytes. */
  readonly planDigest: string;
  /** The images of the inventory, used to report differences. */
  readonly images?: Iterable<JobImage>;
  /** The files of all items. */
  readonly files?: () => Iterable<string>;
}

const job = z.record(z.string(), z.unknown());
const outputJobSchema = z.strictObject({
  planDigest: z.string(),
  job,
  /** Jobs that created the folder before it was extended. */
  earlierJobs: z.array(job).readonly().default([]),
});
const jobImageSchema = z.strictObject({
  role: z.enum(sides),
  path: z.string(),
  sha256: z.string(),
});

/** The job and the plan digest that a run of the folder started with. */
export type OutputJob = z.output<typeof outputJobSchema>;

/**
 * Marks a folder as the output of a job, before the first item is made.
 * @param earlierJobs jobs that created the folder before this one, oldest first
 * @throws `disk-full`, `output-unwritable`
 */
export async function markOutput(
  place: OutputPlace,
  planned: PlannedOutput,
  earlierJobs: OutputJob['earlierJobs'] = [],
  fileSystem: FileSystem = nodeFileSystem,
): Promise<void> {
  const { outputJob, jobImages, temporaryFolder } = outputPaths(place);
  const images = await FilePublisher.open(jobImages, { temporaryFolder, fileSystem });
  for (const { role, path, sha256 } of planned.images ?? []) {
    await images.write(`${JSON.stringify({ role, path, sha256 })}\n`);
  }
  await images.commit();
  const { planDigest, job } = planned;
  const text = `${JSON.stringify({ planDigest, job, earlierJobs }, null, 2)}\n`;
  await publishFile(outputJob, text, { temporaryFolder, fileSystem });
}

/**
 * Reads the job of an output folder.
 * @returns undefined if no run has started, or if the working folder was deleted
 * @throws `dataset-invalid`
 */
export async function readOutputJob(place: OutputPlace): Promise<OutputJob | undefined> {
  const { outputJob } = outputPaths(place);
  const value = await readJson(outputJob);
  return value === undefined ? undefined : checked(outputJobSchema, value, outputJob);
}

/**
 * Reads the images that the job had when its run started. Only call this if {@link readOutputJob} found a job.
 * @throws `dataset-invalid`
 */
export async function readJobImages(place: OutputPlace): Promise<JobImage[]> {
  const { jobImages } = outputPaths(place);
  const images: JobImage[] = [];
  try {
    for await (const { text } of readLines(jobImages)) {
      images.push(checked(jobImageSchema, parseJson(text), jobImages));
    }
  } catch (cause) {
    if (cause instanceof WildstyleError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new WildstyleError('dataset-invalid', `${jobImages}: cannot be read: ${reason}`, { cause });
  }
  return images;
}

/** Returns the error for a folder that lacks a file that every finished run writes. */
export function noDataset(root: string, missingFile: string, writer?: Writer): WildstyleError {
  if (writer) {
    const message = `${root} has no ${missingFile} yet: its first run is in progress${processText(writer)}.`;
    return new WildstyleError('dataset-invalid', message, { cure: 'Wait for the run to finish.' });
  }
  if (existsSync(outputPaths(root).shardsFolder)) {
    const message = `${root} has no ${missingFile}: its shards are not merged yet.`;
    return new WildstyleError('dataset-invalid', message, {
      cure: 'When all shards are done, run `wildstyle merge` on the folder. `wildstyle status` shows them.',
    });
  }
  if (existsSync(outputPaths(root).outputJob)) {
    const message = `${root} has no ${missingFile}: no run has finished yet, or the file was deleted.`;
    return new WildstyleError('dataset-invalid', message, {
      cure: 'If the job is running, wait for it. Otherwise run it again to finish the dataset.',
    });
  }
  return new WildstyleError('dataset-invalid', `${root} has no ${missingFile}.`, {
    cure: 'Give the folder of a wildstyle dataset.',
  });
}

function checked<T>(schema: z.ZodType<T>, value: unknown, path: string): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new WildstyleError('dataset-invalid', `${path}: ${firstProblem(parsed.error)}`);
}
