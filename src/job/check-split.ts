/** Checks of `split` beyond the schema. @module */
import type { JobProblem } from './messages/job-problem.js';
import { didYouMean } from './messages/suggest.js';
import type { Job } from './schema.js';

/** Values of `groupBy` that are not the name of a column. */
export const groupWords: readonly string[] = ['file', 'similar'];

/** Reports columns without a CSV file, similar groups without a search for them, and splits that do not exist. */
export function checkSplit({ content, split }: Omit<Job, 'file'>): JobProblem[] {
  if (!split) return [];
  const problems: JobProblem[] = [];
  const report = (key: string, message: string) =>
    problems.push({ path: ['split', key], at: 'value', message: `split.${key}: ${message}` });
  const hasCsv = split.csv !== undefined || typeof content.labels === 'object';
  const cure = 'set split.csv to the CSV file that has the column';
  if (typeof split.from === 'object' && !hasCsv) report('from', `no CSV file is given; ${cure}`);
  if (!groupWords.includes(split.groupBy) && !hasCsv) {
    const suggestion = didYouMean(split.groupBy, groupWords);
    report(
      'groupBy',
      `"${split.groupBy}" must be ${groupWords.join(', ')}, or a CSV column${suggestion || `; ${cure}`}`,
    );
  }
  if (split.groupBy === 'similar' && !content.similar) {
    report('groupBy', 'similar needs content.similar, which is false');
  }
  if (split.shares) {
    const known = Object.keys(split.shares);
    for (const key of ['stylize', 'robustness'] as const) {
      for (const name of split[key] ?? []) {
        if (!known.includes(name))
          report(
            key,
            `there is no split "${name}"${didYouMean(name, known) || `; the splits are ${known.join(', ')}`}`,
          );
      }
    }
  }
  return problems;
}
