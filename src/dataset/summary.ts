/** `dataset.json`: what a dataset is, in one small file. @module */
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { WildstyleError } from '../errors.js';
import { canonicalJson } from '../files/canonical-json.js';
import { sha256 as sha256Of } from '../files/digest.js';
import type { FileSystem } from '../files/file-system.js';
import { type PublishedFile, publishFile } from '../files/publish.js';
import type { CompiledManifest } from './ledger/manifest.js';
import { firstProblem } from './ledger/record-line.js';
import { countsSchema } from './ledger/tally.js';
import { outputPaths } from './output-paths.js';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const json = z.record(z.string(), z.unknown());

export const summarySchema = z.strictObject({
  /** The version of wildstyle that made it. */
  wildstyle: z.string(),
  /** `partial` while items are pending. */
  status: z.enum(['complete', 'partial']),
  /** ISO 8601. */
  startedAt: z.string(),
  finishedAt: z.string(),
  /** The job as resolved: every key, with its defaults. */
  job: json,
  /** Jobs that made a part of the items before this one extended the dataset, the first one first. */
  earlierJobs: z.array(json).readonly(),
  /** Versions, platform, processor, as the caller tells them. */
  environment: json,
  counts: countsSchema,
  digests: z.strictObject({
    /** Of the plan, as the planner computes it. */
    plan: z.string(),
    /** sha256 of `manifest.jsonl`. */
    manifest: sha256,
    /** sha256 of the manifest without times: equal for two runs that made the same pixels. */
    result: sha256,
    /** sha256 of the files that a run writes beside the splits for people to look at, by name. */
    files: z.record(z.string(), sha256),
    /** sha256 of this file's content without this digest: see {@link summaryDigest}. */
    summary: sha256,
  }),
});

/** What `dataset.json` holds. */
export type DatasetSummary = z.output<typeof summarySchema>;

/** What a summary is made from; times come from the caller. */
export interface SummaryFacts
  extends Pick<DatasetSummary, 'wildstyle' | 'job' | 'earlierJobs' | 'environment'> {
  readonly startedAt: Date;
  readonly finishedAt: Date;
  readonly planDigest: string;
  readonly compiled: CompiledManifest;
  /** Digests of card and contact sheet by name; default: none. */
  readonly files?: DatasetSummary['digests']['files'];
}

/** The summary of a compiled dataset. */
export function summarize(facts: SummaryFacts): DatasetSummary {
  const { compiled } = facts;
  const summary = {
    wildstyle: facts.wildstyle,
    status: compiled.counts.pending === 0 ? 'complete' : 'partial',
    startedAt: facts.startedAt.toISOString(),
    finishedAt: facts.finishedAt.toISOString(),
    job: facts.job,
    earlierJobs: facts.earlierJobs,
    environment: facts.environment,
    counts: compiled.counts,
    digests: {
      plan: facts.planDigest,
      manifest: compiled.manifest.sha256,
      result: compiled.stableSha256,
      files: facts.files ?? {},
    },
  } as const;
  return signed(summary);
}

/** The summary with the digest of a file beside the splits that was written anew. */
export function withFile(summary: DatasetSummary, name: string, sha256OfFile: string): DatasetSummary {
  const files = { ...summary.digests.files, [name]: sha256OfFile };
  return signed({ ...summary, digests: { ...summary.digests, files } });
}

type Unsigned = Omit<DatasetSummary, 'digests'> & {
  readonly digests: Omit<DatasetSummary['digests'], 'summary'>;
};

const signed = (summary: Unsigned): DatasetSummary => ({
  ...summary,
  digests: { ...summary.digests, summary: summaryDigest(summary) },
});

/** sha256 of a summary as JSON with sorted keys and no white space, without its own digest: whoever edits the file is found out. */
export function summaryDigest(summary: Unsigned): string {
  const { summary: _, ...digests } = summary.digests as Partial<DatasetSummary['digests']>;
  return sha256Of(canonicalJson({ ...summary, digests }));
}

/** Publishes `dataset.json`; the last file of a run, because it says that the others are there. */
export function publishSummary(
  root: string,
  summary: DatasetSummary,
  fileSystem?: FileSystem,
): Promise<PublishedFile> {
  const { summary: path, temporaryFolder } = outputPaths(root);
  const text = `${JSON.stringify(summary, null, 2)}\n`;
  return publishFile(path, text, { temporaryFolder, ...(fileSystem && { fileSystem }) });
}

/**
 * Reads `dataset.json`.
 * @returns undefined when the folder has none
 * @throws `dataset-invalid` when it is not what wildstyle writes
 */
export async function readSummary(root: string): Promise<DatasetSummary | undefined> {
  const path = outputPaths(root).summary;
  const value = await readJson(path);
  if (value === undefined) return undefined;
  const parsed = summarySchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new WildstyleError('dataset-invalid', `${path}: ${firstProblem(parsed.error)}`);
}

/**
 * Reads a JSON file.
 * @returns undefined when there is none
 * @throws `dataset-invalid` when it cannot be read or parsed
 */
export async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new WildstyleError('dataset-invalid', `${path}: cannot be read: ${reason}`, { cause });
  }
}
