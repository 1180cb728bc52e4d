/** Reads CSV files with one row per content image. @module */
import { readFile, stat } from 'node:fs/promises';
import { dirname, relative, resolve, sep } from 'node:path';
import { parse } from 'csv-parse/sync';
import { WildstyleError } from '../errors.js';
import { didYouMean } from '../job/messages/suggest.js';

const maximumCsvBytes = 256e6;
const maximumShown = 20;

/** A CSV file of a job. */
export interface CsvSource {
  readonly csv: string;
  /** Column with the image file name. */
  readonly file: string;
  /** The key of the job that names the CSV file, for messages. */
  readonly key: string;
  /** What to do about a missing column. */
  readonly cure: string;
}

/** A row about one image. */
export interface ImageRow {
  /** Path of the image relative to the content root; empty if there is a problem. */
  readonly path: string;
  /** The name of the image as written. */
  readonly name: string;
  /** The cells of the requested columns, without surrounding space. */
  readonly cells: readonly string[];
  /** `file:line`, for messages. */
  readonly where: string;
  /** What is wrong with the name of the image. */
  readonly problem?: string | undefined;
}

/**
 * Reads columns of a CSV file.
 * @param known paths of the content images, relative to the root
 * @throws `labels-invalid` if the file cannot be read or lacks a column
 */
export async function readImageTable(
  source: CsvSource,
  columns: readonly string[],
  { root, known }: { readonly root: string; readonly known: ReadonlySet<string> },
): Promise<ImageRow[]> {
  const { csv, file } = source;
  const [header, ...rows] = parseCsv(csv, await readCsv(source));
  const names = (header?.[1] ?? []).map((name) => name.trim());
  const indexOf = (name: string): number => {
    const index = names.indexOf(name);
    if (index >= 0) return index;
    const found =
      names.length === 0
        ? '; the file is empty.'
        : `${didYouMean(name, names) || '.'} The columns are ${names.join(', ')}.`;
    throw invalidLabels([`${csv}:1 has no column "${name}"${found}`], source.cure);
  };
  const fileIndex = indexOf(file);
  const indexes = columns.map(indexOf);
  const table: ImageRow[] = [];
  for (const [line, fields] of rows) {
    const name = fields[fileIndex]?.trim() ?? '';
    const { path, problem } = await findImage(name, csv, root, known);
    const cells = indexes.map((index) => fields[index]?.trim() ?? '');
    table.push({ path, name, cells, where: `${csv}:${line}`, problem });
  }
  return table;
}

/** A row and the line it is on; the last line if it spans several. */
type Row = readonly [line: number, fields: readonly string[]];

async function readCsv({ csv, key }: CsvSource): Promise<string> {
  try {
    const { size } = await stat(csv);
    if (size > maximumCsvBytes) throw new Error(`it has ${size} bytes, and the limit is ${maximumCsvBytes}`);
    return new TextDecoder('utf-8', { fatal: true }).decode(await readFile(csv));
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const isOtherEncoding = code?.startsWith('ERR_ENCODING');
    const reason = code === 'ENOENT' ? 'it does not exist' : isOtherEncoding ? 'it is not UTF-8' : message;
    throw invalidLabels(
      [`The ${key === 'content.labels.csv' ? 'labels' : 'CSV'} file ${csv} cannot be read: ${reason}.`],
      isOtherEncoding
        ? 'Save the file as UTF-8.'
        : `Correct ${key}. Relative paths start from the folder of the job file.`,
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
    throw invalidLabels(
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

/** The error for rows of a CSV file, class names or groups. */
export function invalidLabels(problems: readonly string[], cure: string, cause?: unknown): WildstyleError {
  const shown = problems.slice(0, maximumShown);
  if (problems.length > maximumShown) shown.push(`... and ${problems.length - maximumShown} more`);
  return new WildstyleError('labels-invalid', shown.join('\n'), { cure, cause });
}
