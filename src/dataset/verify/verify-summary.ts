/** Checks `dataset.json` against the manifest. @module */
import { isDeepStrictEqual } from 'node:util';
import { asWildstyleError } from '../../errors.js';
import { readRegularFile } from '../../files/regular-file.js';
import type { Counts } from '../ledger/tally.js';
import { outputPaths } from '../output-paths.js';
import { type DatasetSummary, readSummary, summaryDigest } from '../summary.js';
import type { DatasetProblem } from './dataset-problem.js';

/** The result of reading `dataset.json`. */
export interface ReadableSummary {
  readonly summary?: DatasetSummary | undefined;
  /** Whether the text of the file is exactly what wildstyle would write. */
  readonly isAsWritten: boolean;
  readonly problem?: DatasetProblem;
}

/** Reads the summary, or returns the problem that prevents it. */
export async function readableSummary(root: string): Promise<ReadableSummary> {
  try {
    const summary = await readSummary(root);
    return { summary, isAsWritten: !summary || (await isTextAsWritten(outputPaths(root).summary)) };
  } catch (error) {
    const { message } = asWildstyleError(error);
    return { isAsWritten: false, problem: { code: 'summary-differs', file: 'dataset.json', message } };
  }
}

/** Compares the text, because the digest does not cover whitespace and duplicate keys. */
async function isTextAsWritten(path: string): Promise<boolean> {
  const text = (await readRegularFile(path)).toString('utf8');
  return text === `${JSON.stringify(JSON.parse(text), null, 2)}\n`;
}

/** Returns the differences between `dataset.json` and the manifest. */
export function summaryProblems(
  summary: DatasetSummary | undefined,
  isAsWritten: boolean,
  counts: Counts,
  digests: Pick<DatasetSummary['digests'], 'manifest' | 'result'>,
): DatasetProblem[] {
  if (summary === undefined) {
    return [
      { code: 'summary-differs', file: 'dataset.json', message: 'is missing: no run has finished yet' },
    ];
  }
  const problems: DatasetProblem[] = [];
  if (summary.digests.summary !== summaryDigest(summary)) {
    const message = 'was edited: its content does not match its digest';
    problems.push({ code: 'summary-differs', file: 'dataset.json', message });
  } else if (!isAsWritten) {
    const message = 'was edited: its whitespace has changed or a key is repeated';
    problems.push({ code: 'summary-differs', file: 'dataset.json', message });
  }
  // If the manifest was altered, its result digest differs too; report only one of them.
  const altered = (['manifest', 'result'] as const).find((key) => summary.digests[key] !== digests[key]);
  if (altered) {
    const message = `${altered} digest is ${digests[altered]}, but ${summary.digests[altered]} in dataset.json`;
    problems.push({ code: 'manifest-altered', file: 'manifest.jsonl', message });
  }
  for (const [name, result] of Object.entries(summary.exports ?? {})) {
    if (result === summary.digests.result) continue;
    const message = `it was made before the dataset changed: run \`wildstyle export --to ${name}\` again`;
    problems.push({ code: 'export-outdated', file: `exports/${name}`, message });
  }
  for (const key of comparedCounts(summary)) {
    if (agree(key, summary.counts[key], counts[key])) continue;
    const message = `counts.${key} is ${JSON.stringify(summary.counts[key])}, but ${JSON.stringify(counts[key])} in the manifest`;
    problems.push({ code: 'summary-differs', file: 'dataset.json', message });
  }
  return problems;
}

/** Returns the counts to compare. Pending items have no record, so only a complete dataset can compare all of them. */
function comparedCounts({ status }: DatasetSummary): (keyof Counts)[] {
  const always = ['complete', 'failed', 'stylized', 'originals', 'errors', 'splits'] as const;
  return status === 'complete' ? [...always, 'items', 'pending', 'classes'] : [...always];
}

/** Whether two counts are equal. A later version may count more per class, but not other classes, errors or splits. */
function agree<K extends keyof Counts>(key: K, recorded: Counts[K], counted: Counts[K]): boolean {
  if (key !== 'classes') return isDeepStrictEqual(recorded, counted);
  const [known, found] = [recorded, counted] as Counts['classes'][];
  const areSameClasses = isDeepStrictEqual(Object.keys(known).sort(), Object.keys(found).sort());
  return (
    areSameClasses &&
    Object.entries(found).every(([name, counts]) =>
      isDeepStrictEqual({ ...known[name], ...counts }, known[name]),
    )
  );
}
