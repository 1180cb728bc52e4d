/**
 * The status of a run, for others to look at while it is in progress. It is advice: nothing depends on it, so it is not flushed,
 * and a run continues if it cannot be written.
 * @module
 */
import { z } from 'zod';
import { type FileSystem, writeWhole } from '../../files/file-system.js';
import { growing } from '../../files/growing.js';
import { parseJson } from '../../files/json.js';
import { readRegularFile } from '../../files/regular-file.js';
import { type OutputPlace, outputPaths } from '../output-paths.js';

const count = z.int().min(0);

/** The content of the file. Times are ISO 8601. */
export const runStatusSchema = growing({
  state: z.enum(['running', 'draining', 'finishing', 'stopped', 'complete', 'failed']),
  pid: z.int(),
  host: z.string(),
  startedAt: z.string(),
  updatedAt: z.string(),
  /** Items of the plan. */
  items: count,
  complete: count,
  failed: count,
  pending: count,
  /** Failed items by code. */
  errors: z.record(z.string(), count),
  itemsPerMinute: z.number(),
  /** Stylized images per minute, and the share of the time in which the workers computed. */
  stylizedPerMinute: z.number().optional(),
  workersBusy: z.number().optional(),
  /** Steps of this run. */
  doneSteps: count.optional(),
  totalSteps: count.optional(),
  remainingMs: z.number().nullable(),
  /** Images given to each worker, and how many of them are being optimized. */
  workers: z.array(growing({ pid: z.int().nullable(), items: count, inWork: count.optional() })),
  /** Images that are being optimized: the content and style images, and the loss curve so far. The first ones only. */
  inWork: z
    .array(
      growing({
        id: z.string(),
        image: z.string(),
        style: z.string(),
        step: count,
        losses: z.array(z.number()),
      }),
    )
    .optional(),
  /** The failures of this run, the last one first. */
  lastErrors: z.array(growing({ image: z.string(), code: z.string(), message: z.string() })),
  /** When the run will end, and why, if not with the last image. */
  deadline: growing({ at: z.string(), cause: z.string() }).optional(),
  stoppedBy: z.string().optional(),
  /** What ended the run. */
  error: growing({ code: z.string(), message: z.string() }).optional(),
});

export type RunStatus = z.output<typeof runStatusSchema>;

/** Replaces the status of a folder. Ignores errors. */
export async function writeStatus(
  place: OutputPlace,
  status: RunStatus,
  fileSystem: FileSystem,
): Promise<void> {
  const { status: path } = outputPaths(place);
  try {
    await writeWhole(`${path}.new`, `${JSON.stringify(status)}\n`, { fileSystem });
    await fileSystem.rename(`${path}.new`, path);
  } catch {
    // The folder may be full or gone, which the run itself will notice.
  }
}

/** Reads the status of the last run in a folder. @returns undefined if there is none, or if it is not readable */
export async function readStatus(place: OutputPlace): Promise<RunStatus | undefined> {
  try {
    const text = (await readRegularFile(outputPaths(place).status)).toString('utf8');
    return runStatusSchema.parse(parseJson(text));
  } catch {
    return undefined;
  }
}
