/** Reads a job file: limits, YAML, overrides, schema, paths; every problem is reported at once. @module */
import { readFile, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { type Document, parseDocument } from 'yaml';
import { type ErrorCode, WildstyleError } from '../errors.js';
import { checkFolders, checkLayers } from './checks.js';
import { problemsOf } from './explain.js';
import { checkNesting, decodeJob, jobLimits } from './limits.js';
import { applyOverride, type Override, overrideOf, parseOverride } from './overrides.js';
import { aliases, duplicateKeys, locate } from './positions.js';
import { maximumLocated, type Problem, type ShownProblem, showProblems } from './problem.js';
import { type Job, jobSchema } from './schema.js';
import { SourceText } from './source-text.js';

export interface LoadJobOptions {
  /** Each `path.to.key=value`, made in order after the file is read; relative paths in them are the file's too. */
  readonly overrides?: readonly string[];
}

/**
 * Loads and checks a job file.
 * @throws `job-not-found`, `job-too-large`, `job-syntax`; `override-invalid` when only overrides are wrong;
 *   `job-invalid` with every problem in the message, each as `file:line:column message`, the line and a caret
 */
export async function loadJob(file: string, options: LoadJobOptions = {}): Promise<Job> {
  const bytes = await readJobFile(file);
  return parseJob(file, decodeJob(file, bytes), options);
}

async function readJobFile(file: string): Promise<Uint8Array> {
  try {
    const { size } = await stat(file);
    // A file too large is not even read.
    if (size > jobLimits.bytes) return decodeTooLarge(file, size);
    return await readFile(file);
  } catch (cause) {
    if (cause instanceof WildstyleError) throw cause;
    const { code } = cause as NodeJS.ErrnoException;
    const reason =
      code === 'EISDIR' ? 'is a folder' : code === 'ENOENT' ? 'does not exist' : `cannot be read (${code})`;
    throw new WildstyleError('job-not-found', `The job file ${file} ${reason}.`, {
      cure: 'Give the path of a YAML job file; configs/ holds some to copy.',
      cause,
    });
  }
}

function decodeTooLarge(file: string, size: number): never {
  throw new WildstyleError('job-too-large', `${file} has ${size} bytes`, {
    cure: `A job may have at most ${jobLimits.bytes} bytes.`,
  });
}

/**
 * Checks the text of a job file; `file` names it in messages, and its folder is what relative paths start from.
 * @throws as {@link loadJob}
 */
export function parseJob(file: string, text: string, options: LoadJobOptions = {}): Job {
  const source = new SourceText(file, text);
  checkNesting(source);
  const document = parseDocument(text, { prettyErrors: false, stringKeys: true, uniqueKeys: false });
  failOn('job-syntax', syntaxProblems(source, document));

  const overrides = (options.overrides ?? []).map(parseOverride);
  const value = overrides.reduce<unknown>(
    (job, { path, value: replacement }) => applyOverride(job, path, replacement),
    plainValue(source, document),
  );
  const problems = findProblems(value, dirname(resolve(file)));
  const shown = problems
    .slice(0, maximumLocated)
    .map((problem) => show(problem, source, document, overrides));
  for (const { key, span, first } of duplicateKeys(document)) {
    const message = `the key "${key}" is given twice; it is first on line ${source.position(first.start).line}`;
    shown.push({ position: span.start, text: source.show(span, message) });
  }
  const onlyOverrides = shown.length > 0 && shown.every(({ position }) => position === afterTheFile);
  failOn(onlyOverrides ? 'override-invalid' : 'job-invalid', shown, problems.length - maximumLocated);
  return withAbsolutePaths(jobSchema.parse(value), resolve(file));
}

function findProblems(value: unknown, jobFolder: string): Problem[] {
  const problems = problemsOf(jobSchema, value);
  // The other checks need a value that fits the schema.
  if (problems.length > 0) return problems;
  const job = jobSchema.parse(value);
  return [...checkLayers(job.recipe), ...checkFolders(job, jobFolder)];
}

const afterTheFile = Number.POSITIVE_INFINITY;

function failOn(code: ErrorCode, problems: readonly ShownProblem[], uncounted = 0): void {
  if (problems.length > 0) throw new WildstyleError(code, showProblems(problems, Math.max(0, uncounted)));
}

function syntaxProblems(source: SourceText, document: Document): ShownProblem[] {
  // An unknown tag is only a warning to the parser, but what it means here is unknown too.
  const found = [...document.errors, ...document.warnings].map(({ pos: [start, end], message }) => ({
    span: { start, end },
    message,
  }));
  const dangling = aliases(document)
    .filter(({ isDangling }) => isDangling)
    .map(({ name, span }) => ({ span, message: `there is no anchor &${name} before this alias` }));
  return [...found, ...dangling].map(({ span, message }) => ({
    position: span.start,
    text: source.show(span, message),
  }));
}

function plainValue(source: SourceText, document: Document): unknown {
  try {
    return document.toJS({ maxAliasCount: jobLimits.aliases });
  } catch (error) {
    // Dangling aliases were reported before; what is left are aliases that expand without end.
    const [last] = aliases(document).slice(-1);
    const message = 'the aliases up to here expand too far';
    throw new WildstyleError('job-too-large', last ? source.show(last.span, message) : message, {
      cure: 'Write out what is meant: a job needs few aliases, and none of aliases.',
      cause: error,
    });
  }
}

function show(
  problem: Problem,
  source: SourceText,
  document: Document,
  overrides: readonly Override[],
): ShownProblem {
  const override = overrideOf(overrides, problem.path);
  if (override) return { position: afterTheFile, text: `--set ${override.argument}: ${problem.message}` };
  const span = locate(document, problem.path, problem.at);
  return { position: span.start, text: source.show(span, problem.message) };
}

function withAbsolutePaths(job: Omit<Job, 'file'>, file: string): Job {
  const absolute = (path: string) => resolve(dirname(file), path);
  const { content, style, output, run } = job;
  const labels =
    typeof content.labels === 'string'
      ? content.labels
      : { ...content.labels, csv: absolute(content.labels.csv) };
  return {
    file,
    ...job,
    content: { ...content, root: absolute(content.root), labels },
    style: { ...style, root: absolute(style.root) },
    output: { ...output, root: absolute(output.root) },
    run: run.weights === undefined ? run : { ...run, weights: absolute(run.weights) },
  };
}
