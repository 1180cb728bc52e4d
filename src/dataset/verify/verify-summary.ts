/** Checking `dataset.json` against the manifest. @module */
import { readFile } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import { asWildstyleError } from '../../errors.js';
import type { Counts } from '../ledger/tally.js';
import { outputPaths } from '../output-paths.js';
import { type DatasetSummary, readSummary, summaryDigest } from '../summary.js';
import type { DatasetProblem } from './dataset-problem.js';

/** `dataset.json` as far as it can be read. */
export interface ReadableSummary {
  readonly summary?: DatasetSummary | undefined;
  /** Whether the file has the very text of its content. */
  readonly isAsWritten: boolean;
  readonly problem?: DatasetProblem;
}

/** The summary, or what keeps it from being read. */
export async function readableSummary(root: string): Promise<ReadableSummary> {
  try {
    const summary = await readSummary(root);
    return { summary, isAsWritten: !summary || (await isWrittenByUs(outputPaths(root).summary)) };
  } catch (error) {
    const { message } = asWildstyleError(error);
    return { isAsWritten: false, problem: { code: 'summary-differs', file: 'dataset.json', message } };
  }
}

/** White space and keys given twice are in no digest. */
async function isWrittenByUs(path: string): Promise<boolean> {
  const text = await readFile(path, 'utf8');
  return text === `${JSON.stringify(JSON.parse(text), null, 2)}\n`;
}

/** What differs between `dataset.json` and what the manifest holds. */
export function summaryProblems(
  summary: DatasetSummary | undefined,
  isAsWritten: boolean,
  counts: Counts,
  digests: Pick<DatasetSummary['digests'], 'manifest' | 'result'>,
): DatasetProblem[] {
  if (summary === undefined) {
    return [{ code: 'summary-differs', file: 'dataset.json', message: 'missing: the run has not ended' }];
  }
  const problems: DatasetProblem[] = [];
  if (summary.digests.summary !== summaryDigest(summary)) {
    const message = 'it was edited: its content has another digest than it names';
    problems.push({ code: 'summary-differs', file: 'dataset.json', message });
  } else if (!isAsWritten) {
    const message = 'it was edited: its white space or a key twice';
    problems.push({ code: 'summary-differs', file: 'dataset.json', message });
  }
  // An altered manifest has another result as well; that is said once.
  const altered = (['manifest', 'result'] as const).find((key) => summary.digests[key] !== digests[key]);
  if (altered) {
    const message = `${altered} digest ${digests[altered]}, in dataset.json ${summary.digests[altered]}`;
    problems.push({ code: 'manifest-altered', file: 'manifest.jsonl', message });
  }
  for (const [name, result] of Object.entries(summary.exports ?? {})) {
    if (result === summary.digests.result) continue;
    const message = `it was made before the dataset changed: run \`wildstyle export --to ${name}\` again`;
    problems.push({ code: 'export-outdated', file: `exports/${name}`, message });
  }
  for (const key of comparedCounts(summary)) {
    if (isDeepStrictEqual(summary.counts[key], counts[key])) continue;
    const message = `counts.${key} is ${JSON.stringify(summary.counts[key])}, the manifest has ${JSON.stringify(counts[key])}`;
    problems.push({ code: 'summary-differs', file: 'dataset.json', message });
  }
  return problems;
}

/** What is pending is in no manifest: a partial dataset counts it in places that the manifest does not know. */
function comparedCounts({ status }: DatasetSummary): (keyof Counts)[] {
  const always = ['complete', 'failed', 'stylized', 'originals', 'errors', 'splits'] as const;
  return status === 'complete' ? [...always, 'items', 'pending', 'classes'] : [...always];
}
