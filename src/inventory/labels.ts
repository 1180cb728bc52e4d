/** Assigns classes to content images: by folder, from a CSV file, or not at all. @module */
import { folderNameProblem } from '../job/folder-name.js';
import type { Job } from '../job/schema.js';
import { invalidLabels, readImageTable } from './csv-table.js';

/**
 * Returns the class of an image, given its path relative to the content root: null if the job has no labels, undefined
 * if the image has no class.
 */
export type Labeler = (path: string) => string | null | undefined;

type CsvLabels = Exclude<Job['content']['labels'], string>;

/**
 * Creates the labeler for a job.
 * @param level number of folder levels above those of classes
 * @param known paths of the content images, relative to the root
 * @throws `labels-invalid` listing every invalid row of the CSV file by line
 */
export async function makeLabeler(
  content: Job['content'],
  known: ReadonlySet<string>,
  level = 0,
): Promise<Labeler> {
  const { root, labels } = content;
  if (labels === 'none') return () => null;
  if (labels === 'folders') return (path) => folderAt(path, level);
  const byPath = await readLabels(labels, root, known);
  return (path) => byPath.get(path);
}

function folderAt(path: string, level: number): string | undefined {
  return path.split('/').slice(0, -1)[level];
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
  throw invalidLabels(
    problems,
    'Rename it. Every class becomes a folder of the dataset, which must work on any operating system.',
  );
}

async function readLabels(
  labels: CsvLabels,
  root: string,
  known: ReadonlySet<string>,
): Promise<Map<string, string>> {
  const { csv, file, label: labelColumn } = labels;
  const source = {
    csv,
    file,
    key: 'content.labels.csv',
    cure: 'Set content.labels.file and content.labels.label to the names of the columns.',
  };
  const byPath = new Map<string, string>();
  const problems: string[] = [];
  for (const row of await readImageTable(source, [labelColumn], { root, known })) {
    const [label] = row.cells;
    const problem = row.problem ?? labelProblem(label, row.name, byPath.get(row.path));
    if (problem === undefined) byPath.set(row.path, label);
    else problems.push(`${row.where} ${problem}`);
  }
  if (problems.length > 0) throw invalidLabels(problems, 'Correct or remove these rows.');
  return byPath;
}

function labelProblem(label: string, name: string, before: string | undefined): string | undefined {
  const problem = folderNameProblem(label);
  if (problem !== undefined) return `has an invalid class: ${JSON.stringify(label)} ${problem}.`;
  if (before === undefined || before === label) return undefined;
  return `gives ${JSON.stringify(name)} the class "${label}", but an earlier row gives it "${before}".`;
}
