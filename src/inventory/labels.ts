/** Assigns classes to content images: by folder, from a CSV file, or not at all. @module */
import { readFile, stat } from 'node:fs/promises';
import { dirname, relative, resolve, sep } from 'node:path';
import { parse } from 'csv-parse/sync';
import { WildstyleError } from '../errors.js';
import { folderNameProblem } from '../job/folder-name.js';
import { didYouMean } from '../job/messages/suggest.js';
import type { Job } from '../job/schema.js';

/**
 * Returns the class of an image, given its path relative to the content root: null if the job has no labels, undefined
 * if the image has no class.
 */
export type Labeler = (path: string) => string | null | undefined;

type CsvLabels = Exclude<Job['content']['labels'], string>;

const maximumCsvBytes = 256e6;
const maximumShown = 20;

/**
 * Creates the labeler for a job.
 * @param known paths of the content images, relative to the root
 * @throws `labels-invalid` listing every invalid row of the CSV file by line
 */
export async function makeLabeler(content: Job['content'], known: ReadonlySet<string>): Promise<Labeler> {
  const { root, labels } = content;
  if (labels === 'none') return () => null;
  if (labels === 'folders') return firstFolder;
  const byPath = await readLabels(labels, root, known);
  return (path) => byPath.get(path);
}

function firstFolder(path: string): string | undefined {
  const end = path.indexOf('/');
  return end < 0 ? undefined : path.slice(0, end);
}

/**
 * Rejects class names that cannot be folders.
 * @throws `labels-invalid` listing every such name
 */
export function checkClassNames(labels: Iterable<string | null>): void {
  const problems = [...labels].flatMap((label) => {
    const problem = label === null ? undefined : folderNameProblem(label);
    return problem === undefined ? [] : [`The class ${JSON.stringify(label)} ${problem}.`];
  });
  if (problems.length === 0) return;
  throw invalid(
    problems,
    'Rename it. Every class becomes a folder of the dataset, which must work on any operating system.',
  );
}

/** A row and the line it is on; the last line if it spans several. */
type Row = readonly [line: number, fields: readonly string[]];

async function readLabels(
  labels: CsvLabels,
  root: string,
  known: ReadonlySet<string>,
): Promise<Map<string, string>> {
  const { csv, file: fileColumn, label: labelColumn } = labels;
  const [header, ...rows] = parseCsv(csv, await readCsv(csv));
  const names = (header?.[1] ?? []).map((name) => name.trim());
  const column = (name: string): number => {
    const index = names.indexOf(name);
    if (index >= 0) return index;
    const found =
      names.length === 0
        ? '; the file is empty.'
        : `${didYouMean(name, names) || '.'} The columns are ${names.join(', ')}.`;
    throw invalid(
      [`${csv}:1 has no column "${name}"${found}`],
      'Set content.labels.file and content.labels.label to the names of the columns.',
    );
  };
  const fileIndex = column(fileColumn);
  const labelIndex = column(labelColumn);

  const byPath = new Map<string, string>();
  const problems: string[] = [];
  for (const [line, fields] of rows) {
    const name = fields[fileIndex]?.trim() ?? '';
    const label = fields[labelIndex]?.trim() ?? '';
    const path = await findImage(name, csv, root, known);
    const problem = path.problem ?? labelProblem(label, name, byPath.get(path.path));
    if (problem === undefined) byPath.set(path.path, label);
    else problems.push(`${csv}:${line} ${problem}`);
  }
  if (problems.length > 0) throw invalid(problems, 'Correct or remove these rows.');
  return byPath;
}

async function readCsv(csv: string): Promise<string> {
  try {
    const { size } = await stat(csv);
    if (size > maximumCsvBytes) throw new Error(`it has ${size} bytes, and the limit is ${maximumCsvBytes}`);
    return new TextDecoder('utf-8', { fatal: true }).decode(await readFile(csv));
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const isOtherEncoding = code?.startsWith('ERR_ENCODING');
    const reason = code === 'ENOENT' ? 'it does not exist' : isOtherEncoding ? 'it is not UTF-8' : message;
    throw invalid(
      [`The labels file ${csv} cannot be read: ${reason}.`],
      isOtherEncoding
        ? 'Save the file as UTF-8.'
        : 'Correct content.labels.csv. Relative paths start from the folder of the job file.',
      cause,
    );
  }
}

function parseCsv(csv: string, text: string): Row[] {
  try {
    // `lines` is the line where a row ends; rows that span lines are rare.
    const rows = parse(text, {
      info: true,
      record_delimiter: ['\r\n', '\n', '\r'],
      skip_empty_lines: true,
      relax_column_count: true,
    }) as unknown as {
      info: { lines: number };
      record: string[];
    }[];
    return rows.map(({ info, record }): Row => [info.lines, record]);
  } catch (cause) {
    throw invalid(
      [`${csv} is not valid CSV: ${(cause as Error).message}.`],
      'Separate columns with commas, and quote fields that contain commas.',
      cause,
    );
  }
}

type FoundImage = { readonly path: string; readonly problem?: string };

/** Finds the image that a row names, relative to the root or to the CSV file. Returns its path relative to the root. */
async function findImage(
  name: string,
  csv: string,
  root: string,
  known: ReadonlySet<string>,
): Promise<FoundImage> {
  if (name === '') return { path: '', problem: 'has no file name.' };
  const candidates = [resolve(root, name), resolve(dirname(csv), name)].map((file) =>
    relative(root, file).split(sep).join('/'),
  );
  const inside = candidates.filter((path) => path !== '' && path !== '..' && !path.startsWith('../'));
  if (inside.length === 0)
    return { path: '', problem: `names ${JSON.stringify(name)}, which is outside ${root}.` };
  const found = inside.find((path) => known.has(path));
  if (found !== undefined) return { path: found };
  // Rows for images that the job excludes are fine.
  for (const path of inside) if (await exists(resolve(root, path))) return { path };
  return { path: '', problem: `names ${JSON.stringify(name)}, which does not exist in ${root}.` };
}

async function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}

function labelProblem(label: string, name: string, before: string | undefined): string | undefined {
  const problem = folderNameProblem(label);
  if (problem !== undefined) return `has an invalid class: ${JSON.stringify(label)} ${problem}.`;
  if (before === undefined || before === label) return undefined;
  return `gives ${JSON.stringify(name)} the class "${label}", but an earlier row gives it "${before}".`;
}

function invalid(problems: readonly string[], cure: string, cause?: unknown): WildstyleError {
  const shown = problems.slice(0, maximumShown);
  if (problems.length > maximumShown) shown.push(`... and ${problems.length - maximumShown} more`);
  return new WildstyleError('labels-invalid', shown.join('\n'), { cure, cause });
}
