/** The completion manifest of a shard: what it made, written when nothing is left. @module */
import { z } from 'zod';
import { WildstyleError } from '../../errors.js';
import type { FileSystem } from '../../files/file-system.js';
import { firstProblem } from '../../files/first-problem.js';
import { growing } from '../../files/growing.js';
import { publishFile } from '../../files/publish.js';
import { countsSchema } from '../ledger/tally.js';
import { outputPaths, type ShardPlace } from '../output-paths.js';
import { lastRunSchema, readJson } from '../summary.js';

const completionSchema = growing({
  format: z.literal(1),
  wildstyle: z.string(),
  shard: growing({ index: z.int().min(0), count: z.int().min(1) }),
  /** sha256 of the plan of all shards. */
  plan: z.string(),
  /** Items of the plan of all shards. */
  planItems: z.int().min(0),
  counts: countsSchema,
  /** sha256 of the records of the shard. */
  records: z.string(),
  startedAt: z.string(),
  finishedAt: z.string(),
  environment: z.record(z.string(), z.unknown()),
  lastRun: lastRunSchema.optional(),
  /** Which overviews the job asks for. */
  overviews: growing({ contactSheet: z.boolean(), report: z.boolean() }).optional(),
});

export type Completion = z.output<typeof completionSchema>;

/** Publishes the completion manifest of a shard. Must be its last file. */
export async function publishCompletion(
  place: ShardPlace,
  completion: Completion,
  fileSystem: FileSystem,
): Promise<void> {
  const { completion: path, temporaryFolder } = outputPaths(place);
  const text = `${JSON.stringify(completion, null, 2)}\n`;
  await publishFile(path, text, { temporaryFolder, fileSystem });
}

/**
 * Reads the completion manifest of a shard.
 * @returns undefined if the shard is not complete
 * @throws `dataset-invalid`
 */
export async function readCompletion(place: ShardPlace): Promise<Completion | undefined> {
  const path = outputPaths(place).completion;
  const value = await readJson(path);
  if (value === undefined) return undefined;
  const parsed = completionSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new WildstyleError('dataset-invalid', `${path}: ${firstProblem(parsed.error)}`);
}
