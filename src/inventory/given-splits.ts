/** Splits and groups that are given with the content images: by folder or in a CSV file. @module */

import { groupWords } from '../job/check-split.js';
import { folderNameProblem } from '../job/folder-name.js';
import type { Job } from '../job/schema.js';
import { robustnessSuffix } from '../job/split-schema.js';
import { type CsvSource, invalidLabels, readImageTable } from './csv-table.js';

/** What is given for one image. */
export interface GivenSplit {
  /** Absent if splits are drawn. */
  readonly split?: string;
  /** Absent unless groups come from a CSV column. */
  readonly group?: string;
}

/** Returns what is given for an image, or the reason why it must be left out, as a sentence. */
export type SplitReader = (path: string) => GivenSplit | { readonly problem: string };

/** Whether the first folder level of the content images is that of splits. */
export function hasSplitFolders({ split }: Pick<Job, 'split'>): boolean {
  return split?.from === 'folders';
}

/**
 * Creates the reader of a job's splits and groups.
 * @param known paths of the content images, relative to the root
 * @throws `labels-invalid` listing invalid rows of the CSV file, and splits that cannot be folders
 */
export async function makeSplitReader(job: Job, known: ReadonlySet<string>): Promise<SplitReader> {
  const { split } = job;
  if (!split) return () => ({});
  const splitColumn = typeof split.from === 'object' ? split.from.column : undefined;
  const groupColumn = groupWords.includes(split.groupBy) ? undefined : split.groupBy;
  const columns = [splitColumn, groupColumn].filter((name) => name !== undefined);
  const rows = columns.length === 0 ? undefined : await readRows(job, columns, known);
  const reader: SplitReader = (path) => {
    const cells = rows?.get(path);
    if (rows && !cells) return { problem: 'The CSV file of split has no row for it.' };
    const empty = columns.find((_, index) => cells?.[index] === '');
    if (empty !== undefined)
      return { problem: `Its row in the CSV file has nothing in the column "${empty}".` };
    const given =
      splitColumn !== undefined ? cells?.[0] : hasSplitFolders(job) ? firstFolder(path) : undefined;
    if (given === undefined && hasSplitFolders(job))
      return {
        problem: 'It is directly in the content root, not in the folder of a split. Move it into one.',
      };
    return {
      ...(given !== undefined && { split: given }),
      ...(groupColumn !== undefined && { group: cells?.at(-1) ?? '' }),
    };
  };
  checkNames(known, reader);
  return reader;
}

function firstFolder(path: string): string | undefined {
  const end = path.indexOf('/');
  return end < 0 ? undefined : path.slice(0, end);
}

async function readRows(
  { content, split }: Job,
  columns: readonly string[],
  known: ReadonlySet<string>,
): Promise<Map<string, readonly string[]>> {
  const rows = new Map<string, readonly string[]>();
  const problems: string[] = [];
  const { root } = content;
  for (const row of await readImageTable(csvOf(content, split), columns, { root, known })) {
    const before = rows.get(row.path);
    const differs = before?.findIndex((cell, index) => cell !== row.cells[index]) ?? -1;
    if (row.problem !== undefined) problems.push(`${row.where} ${row.problem}`);
    else if (before && differs >= 0) {
      const [now, then] = [row.cells[differs], before[differs]].map((cell) => JSON.stringify(cell));
      const what = `${JSON.stringify(row.name)} the ${columns[differs]} ${now}`;
      problems.push(`${row.where} gives ${what}, but an earlier row gives it ${then}.`);
    } else rows.set(row.path, row.cells);
  }
  if (problems.length > 0) throw invalidLabels(problems, 'Correct or remove these rows.');
  return rows;
}

function csvOf({ labels }: Job['content'], split: Job['split']): CsvSource {
  const cure = 'Set split.from and split.groupBy to the names of columns.';
  if (split?.csv !== undefined) return { csv: split.csv, file: split.file, key: 'split.csv', cure };
  if (typeof labels === 'object') return { ...labels, key: 'content.labels.csv', cure };
  throw invalidLabels(['No CSV file is given.'], 'Set split.csv.');
}

function checkNames(known: Iterable<string>, reader: SplitReader): void {
  const names = new Set([...known].flatMap((path) => (reader(path) as GivenSplit).split ?? []));
  const problems = [...names].flatMap((name) => {
    const problem = name.endsWith(robustnessSuffix)
      ? `ends in "${robustnessSuffix}", which is for the stylized twin of a split`
      : folderNameProblem(name);
    return problem === undefined ? [] : [`The split ${JSON.stringify(name)} ${problem}.`];
  });
  if (problems.length > 0)
    throw invalidLabels(problems, 'Rename it. Every split becomes a folder of the dataset.');
}
