/** Which class a content image belongs to: by its folder, by a CSV file, or none. @module */
import { readFile, stat } from 'node:fs/promises';
import { dirname, relative, resolve, sep } from 'node:path';
import { parse } from 'csv-parse/sync';
import { WildstyleError } from '../errors.js';
import { folderNameProblem } from '../job/folder-name.js';
import type { Job } from '../job/schema.js';
import { didYouMean } from '../job/suggest.js';

/** The class of an image by its path below the content root; undefined for an image that has none. */
export type Labeler = (path: string) => string | null | undefined;

type CsvLabels = Exclude<Job['content']['labels'], string>;

const maximumCsvBytes = 256e6;
const maximumShown = 20;

/**
 * The labeler that a job asks for.
 * @throws `labels-invalid` with every row of a CSV file that is wrong, by line
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
 * Refuses class names that cannot be folders.
 * @throws `labels-invalid` naming each
 */
export function checkClassNames(labels: Iterable<string | null>): void {
  const problems = [...labels].flatMap((label) => {
    const problem = label === null ? undefined : folderNameProblem(label);
    return problem === undefined ? [] : [`The class ${JSON.stringify(label)} ${problem}.`];
  });
  if (problems.length === 0) return;
  throw invalid(problems, 'Rename it: every class becomes a folder of the dataset, on any system.');
}

/** Rows as they are read, with the line that each begins on. */
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
    const found = names.length === 0 ? 'it is empty' : `it has ${names.join(', ')}`;
    throw invalid(
      [`${csv}:1 has no column "${name}"${didYouMean(name, names)}; ${found}.`],
      'Name the columns in content.labels.',
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
  if (problems.length > 0) throw invalid(problems, 'Correct the rows, or take them out.');
  return byPath;
}

async function readCsv(csv: string): Promise<string> {
  try {
    const { size } = await stat(csv);
    if (size > maximumCsvBytes)
      throw new Error(`it has ${size} bytes, and at most ${maximumCsvBytes} are read`);
    return new TextDecoder('utf-8', { fatal: true }).decode(await readFile(csv));
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const isOtherEncoding = code?.startsWith('ERR_ENCODING');
    const reason = code === 'ENOENT' ? 'it does not exist' : isOtherEncoding ? 'it is not UTF-8' : message;
    throw invalid(
      [`The labels ${csv} cannot be read: ${reason}.`],
      isOtherEncoding ? 'Save the file as UTF-8.' : 'content.labels.csv is a path relative to the job file.',
      cause,
    );
  }
}

function parseCsv(csv: string, text: string): Row[] {
  try {
    // The line is where a row ends; rows of several lines are rare enough.
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
      [`${csv} is not a CSV file: ${(cause as Error).message}.`],
      'Separate columns by commas, and quote fields that hold one.',
      cause,
    );
  }
}

type FoundImage = { readonly path: string; readonly problem?: string };

/** The image that a row names, as a path below the root: relative to the root, or to the CSV file. */
async function findImage(
  name: string,
  csv: string,
  root: string,
  known: ReadonlySet<string>,
): Promise<FoundImage> {
  if (name === '') return { path: '', problem: 'names no file.' };
  const candidates = [resolve(root, name), resolve(dirname(csv), name)].map((file) =>
    relative(root, file).split(sep).join('/'),
  );
  const inside = candidates.filter((path) => path !== '' && path !== '..' && !path.startsWith('../'));
  if (inside.length === 0)
    return { path: '', problem: `names ${JSON.stringify(name)}, which is outside of ${root}.` };
  const found = inside.find((path) => known.has(path));
  if (found !== undefined) return { path: found };
  // An image that the job leaves out may have its row.
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
  if (problem !== undefined) return `has the class ${JSON.stringify(label)}, which ${problem}.`;
  if (before === undefined || before === label) return undefined;
  return `gives ${JSON.stringify(name)} the class "${label}", and a row above gave "${before}".`;
}

function invalid(problems: readonly string[], cure: string, cause?: unknown): WildstyleError {
  const shown = problems.slice(0, maximumShown);
  if (problems.length > maximumShown) shown.push(`... and ${problems.length - maximumShown} more`);
  return new WildstyleError('labels-invalid', shown.join('\n'), { cure, cause });
}
