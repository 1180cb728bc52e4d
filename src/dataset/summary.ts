/** `dataset.json`: the summary of a dataset. @module */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { WildstyleError } from '../errors.js';
import { canonicalDigest } from '../files/canonical-json.js';
import type { FileSystem } from '../files/file-system.js';
import { firstProblem } from '../files/first-problem.js';
import { growing } from '../files/growing.js';
import { parseJson } from '../files/json.js';
import { jsonInPieces } from '../files/json-pieces.js';
import { FilePublisher, type PublishedFile } from '../files/publish.js';
import { readRegularFile } from '../files/regular-file.js';
import { formatVersion, volatileFields } from './format.js';
import type { CompiledManifest } from './ledger/manifest.js';
import { columnList } from './ledger/metadata-row.js';
import { countsSchema } from './ledger/tally.js';
import { outputPaths } from './output-paths.js';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const json = z.record(z.string(), z.unknown());

/** What a dataset says of the run that ended last. */
export const lastRunSchema = growing({
  workers: z.int().min(0).describe('Worker processes; in a merged dataset, those of all shards'),
  workerMs: z.number().min(0).describe('Wall-clock time of the workers in milliseconds, summed over them'),
  computedMs: z.number().min(0).describe('Of this, the time spent computing'),
  maxFailures: z.number().min(0).describe('`run.maxFailures` of the job'),
  tooManyFailures: z
    .boolean()
    .describe('Whether more images failed than that tolerates: the run ended with exit code 1'),
});

export type LastRun = z.output<typeof lastRunSchema>;

/** The schema of `dataset.json`. A key added later is optional: a default would change the digests of older datasets. */
export const summarySchema = growing({
  format: z.literal(formatVersion).describe('Version of the dataset format'),
  wildstyle: z.string().describe('Version of wildstyle that wrote the dataset'),
  status: z.enum(['complete', 'partial']).describe('`partial` while images are pending'),
  startedAt: z.string().describe('Start of the last run, ISO 8601'),
  finishedAt: z.string().describe('End of the last run, ISO 8601'),
  job: json.describe('The job with all defaults and absolute paths, without `run`'),
  earlierJobs: z
    .array(json)
    .readonly()
    .describe('Jobs that created parts of the dataset before it was extended, oldest first'),
  environment: json.describe(
    'Versions of Node.js and the engine, platform, processor, `run.batch`, and license and attribution of the weights',
  ),
  lastRun: lastRunSchema.optional().describe('The last run; absent in datasets of earlier versions'),
  counts: countsSchema,
  columns: z
    .array(growing({ name: z.string(), type: z.string() }))
    .readonly()
    .describe('Columns of `metadata.jsonl` in order, with their types'),
  volatile: z
    .array(z.string())
    .readonly()
    .describe('Fields of a record that `digests.result` leaves out, because they differ between equal runs'),
  exports: z
    .record(z.string(), z.string())
    .optional()
    .describe('Formats that the dataset was exported to, with `digests.result` at that time'),
  digests: growing({
    plan: z.string().describe('sha256 of the plan: the ids of all items in order'),
    manifest: sha256.describe('sha256 of `manifest.jsonl`'),
    metadata: z.record(z.string(), sha256).describe('sha256 of `metadata.jsonl`, by split'),
    result: sha256.describe(
      `sha256 of the manifest without ${volatileFields.map((field) => `\`${field}\``).join(' and ')}: equal for two runs that made the same pixels`,
    ),
    files: z
      .record(z.string(), sha256)
      .describe('sha256 of every other file of the dataset (card, contact sheet, report, exports), by path'),
    summary: sha256.describe(
      'sha256 of this file as JSON with sorted keys, without whitespace and without this digest: reveals edits',
    ),
  }),
});

/** The content of `dataset.json`. */
export type DatasetSummary = z.output<typeof summarySchema>;

/** The input for a summary. */
export interface SummaryFacts
  extends Pick<DatasetSummary, 'wildstyle' | 'job' | 'earlierJobs' | 'environment'> {
  readonly startedAt: Date;
  readonly finishedAt: Date;
  readonly planDigest: string;
  readonly compiled: CompiledManifest;
  /** Default: nothing is known of it. */
  readonly lastRun?: LastRun | undefined;
  /** sha256 of other files of the dataset, by path relative to its folder. Default: none. */
  readonly files?: DatasetSummary['digests']['files'];
  /** Exports made before; default: none. */
  readonly exports?: DatasetSummary['exports'];
}

/** Builds the summary of a compiled dataset. */
export function summarize(facts: SummaryFacts): DatasetSummary {
  const { compiled } = facts;
  const summary = {
    format: formatVersion,
    wildstyle: facts.wildstyle,
    status: compiled.counts.pending === 0 ? 'complete' : 'partial',
    startedAt: facts.startedAt.toISOString(),
    finishedAt: facts.finishedAt.toISOString(),
    job: facts.job,
    earlierJobs: facts.earlierJobs,
    environment: facts.environment,
    ...(facts.lastRun && { lastRun: facts.lastRun }),
    counts: compiled.counts,
    columns: columnList.map((column) => ({ ...column })),
    volatile: volatileFields,
    exports: facts.exports ?? {},
    digests: {
      plan: facts.planDigest,
      manifest: compiled.manifest.sha256,
      metadata: compiled.metadata,
      result: compiled.stableSha256,
      files: facts.files ?? {},
    },
  } as const;
  return signed(summary);
}

/**
 * Declares files outside of the splits in a summary, so that they belong to the dataset and `verify` checks them.
 * @param digests sha256 of the files, by path relative to the dataset folder
 * @param removed files that no longer belong to the dataset
 */
export function withFiles(
  summary: DatasetSummary,
  digests: DatasetSummary['digests']['files'],
  removed: readonly string[] = [],
): DatasetSummary {
  return signed({
    ...summary,
    digests: { ...summary.digests, files: changedFiles(summary, digests, removed) },
  });
}

/** Returns the summary after an export to a format, with its files declared as by {@link withFiles}. */
export function withExport(
  summary: DatasetSummary,
  name: string,
  digests: DatasetSummary['digests']['files'] = {},
  removed: readonly string[] = [],
): DatasetSummary {
  const exports = { ...summary.exports, [name]: summary.digests.result };
  const files = changedFiles(summary, digests, removed);
  return signed({ ...summary, exports, digests: { ...summary.digests, files } });
}

function changedFiles(
  summary: DatasetSummary,
  digests: DatasetSummary['digests']['files'],
  removed: readonly string[],
): DatasetSummary['digests']['files'] {
  const gone = new Set(removed);
  const files: Record<string, string> = {};
  for (const [file, sha256] of Object.entries(summary.digests.files))
    if (!gone.has(file)) files[file] = sha256;
  return Object.assign(files, digests);
}

/** Returns the declared files of a summary that still exist. */
export function declaredFiles(root: string, { digests }: DatasetSummary): DatasetSummary['digests']['files'] {
  const existing = Object.entries(digests.files).filter(([file]) => existsSync(join(root, file)));
  return Object.fromEntries(existing);
}

type Unsigned = Omit<DatasetSummary, 'digests'> & {
  readonly digests: Omit<DatasetSummary['digests'], 'summary'>;
};

/** Files are sorted, so that the text does not tell in which order they were written. */
function signed(summary: Unsigned): DatasetSummary {
  const files = Object.fromEntries(
    Object.entries(summary.digests.files).sort(([one], [other]) => (one < other ? -1 : 1)),
  );
  const digests = { ...summary.digests, files };
  return { ...summary, digests: { ...digests, summary: summaryDigest({ ...summary, digests }) } };
}

/** Returns the sha256 of a summary as JSON with sorted keys, without whitespace and without this digest. Reveals edits. */
export function summaryDigest(summary: Unsigned): string {
  const { summary: _, ...digests } = summary.digests as Partial<DatasetSummary['digests']>;
  return canonicalDigest({ ...summary, digests });
}

/** Publishes `dataset.json`. Must be the last file of a run, because it asserts that the others exist. */
export async function publishSummary(
  root: string,
  summary: DatasetSummary,
  fileSystem?: FileSystem,
): Promise<PublishedFile> {
  const { summary: path, temporaryFolder } = outputPaths(root);
  const publisher = await FilePublisher.open(path, { temporaryFolder, ...(fileSystem && { fileSystem }) });
  for (const piece of jsonInPieces(summary)) await publisher.write(piece);
  await publisher.write('\n');
  return publisher.commit();
}

/**
 * Reads `dataset.json`.
 * @returns undefined if the folder has none
 * @throws `dataset-invalid` if the file is invalid or has an unsupported format
 */
export async function readSummary(root: string): Promise<DatasetSummary | undefined> {
  const path = outputPaths(root).summary;
  const value = await readJson(path);
  if (value === undefined) return undefined;
  const { format } = (value ?? {}) as { format?: unknown };
  if (format !== formatVersion) throw otherFormat(path, format);
  const parsed = summarySchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new WildstyleError('dataset-invalid', `${path}: ${firstProblem(parsed.error)}`);
}

function otherFormat(path: string, format: unknown): WildstyleError {
  const found = format === undefined ? 'has no format' : `has format ${JSON.stringify(format)}`;
  return new WildstyleError(
    'dataset-invalid',
    `${path} ${found}; this version reads format ${formatVersion}.`,
    {
      cure: 'Use the version of wildstyle that created the dataset, or create it again in another folder with --out.',
    },
  );
}

/**
 * Reads a JSON file.
 * @returns undefined if the file does not exist
 * @throws `dataset-invalid` if the file cannot be read or parsed
 */
export async function readJson(path: string): Promise<unknown> {
  try {
    return parseJson((await readRegularFile(path)).toString('utf8'));
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new WildstyleError('dataset-invalid', `${path}: cannot be read: ${reason}`, { cause });
  }
}
