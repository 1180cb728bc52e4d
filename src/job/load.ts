/** Loads a job file and checks limits, YAML, overrides, schema and paths. Reports all problems at once. @module */
import { readFile, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { type Document, parseDocument } from 'yaml';
import { asWildstyleError, type ErrorCode, WildstyleError } from '../errors.js';
import { withPreset } from '../methods/recipe.js';
import { absolutePath } from './absolute-path.js';
import { checkSplit } from './check-split.js';
import { checkExports, checkFolders, checkLayers, checkMasks, checkPaths, checkWeights } from './checks.js';
import { type Gate, ownClassifier } from './gate-schema.js';
import { problemsOf } from './messages/explain.js';
import { type JobProblem, maximumLocated, type ShownProblem, showProblems } from './messages/job-problem.js';
import { withoutPaths } from './messages/value-at.js';
import { applyOverride, type Override, overrideOf, parseOverride } from './overrides.js';
import { type Job, jobSchema } from './schema.js';
import { checkNesting, decodeJob, jobLimits } from './text/limits.js';
import { aliases, duplicateKeys, locate } from './text/positions.js';
import { SourceText } from './text/source-text.js';

export interface LoadJobOptions {
  /**
   * Overrides, as `path.to.key=value` or parsed, applied in order after the file is read. Relative paths in them start
   * from the folder of the job file.
   */
  readonly overrides?: readonly (string | Override)[];
}

/**
 * Loads and checks a job file.
 * @throws `job-not-found`, `job-too-large`, `job-syntax`; `override-invalid` if only overrides are wrong;
 *   `content-missing`, `style-missing`, `labels-invalid`, `weights-missing` if the only problems are missing paths;
 *   otherwise `job-invalid`. The message lists every problem as `file:line:column message`, with the line and a caret
 */
export async function loadJob(file: string, options: LoadJobOptions = {}): Promise<Job> {
  const bytes = await readJobFile(file);
  return checkedJob(file, decodeJob(file, bytes), options, checkPaths);
}

async function readJobFile(file: string): Promise<Uint8Array> {
  try {
    const { size } = await stat(file);
    // Refuse without reading the file.
    if (size > jobLimits.bytes) return decodeTooLarge(file, size);
    return await readFile(file);
  } catch (cause) {
    if (cause instanceof WildstyleError) throw cause;
    const { code } = cause as NodeJS.ErrnoException;
    const reason =
      code === 'EISDIR' ? 'is a folder' : code === 'ENOENT' ? 'does not exist' : `cannot be read (${code})`;
    throw new WildstyleError('job-not-found', `The job file ${file} ${reason}.`, {
      cure: 'Give the path of a YAML job file. See configs/ for examples.',
      cause,
    });
  }
}

function decodeTooLarge(file: string, size: number): never {
  throw new WildstyleError('job-too-large', `${file} is too large: ${size} bytes`, {
    cure: `Use at most ${jobLimits.bytes} bytes.`,
  });
}

/**
 * Checks the text of a job file. Messages refer to it as `file`, and relative paths start from the folder of `file`.
 * Does not check whether the paths exist.
 * @throws as {@link loadJob}
 */
export function parseJob(file: string, text: string, options: LoadJobOptions = {}): Job {
  return checkedJob(file, text, options, () => []);
}

type Check = (job: Omit<Job, 'file'>, jobFolder: string) => JobProblem[];

function checkedJob(file: string, text: string, options: LoadJobOptions, checkPlaces: Check): Job {
  const source = new SourceText(file, text);
  checkNesting(source);
  const document = parseDocument(text, { prettyErrors: false, stringKeys: true, uniqueKeys: false });
  failOn('job-syntax', syntaxProblems(source, document));

  const { overrides, shown } = readOverrides(options.overrides ?? []);
  const value = extended(
    overrides.reduce<unknown>(
      (job, { path, value: replacement }) => applyOverride(job, path, replacement),
      plainValue(source, document),
    ),
  );
  const problems = findProblems(value, dirname(resolve(file)), checkPlaces);
  shown.push(
    ...problems.slice(0, maximumLocated).map((problem) => show(problem, source, document, overrides)),
  );
  for (const { key, span, first } of duplicateKeys(document)) {
    const message = `duplicate key "${key}", first used on line ${source.position(first.start).line}`;
    shown.push({ position: span.start, text: source.show(span, message) });
  }
  failOn('job-invalid', shown, problems.length - maximumLocated);
  return withAbsolutePaths(jobSchema.parse(value), resolve(file));
}

/** The job with the parameters of its preset. */
function extended(job: unknown): unknown {
  if (typeof job !== 'object' || job === null || !('recipe' in job)) return job;
  return { ...job, recipe: withPreset(job.recipe) };
}

/** Parses the overrides; returns the valid ones, and the problems of the others. */
function readOverrides(given: readonly (string | Override)[]): {
  readonly overrides: readonly Override[];
  readonly shown: ShownProblem[];
} {
  const overrides: Override[] = [];
  const shown: ShownProblem[] = [];
  for (const override of given) {
    try {
      overrides.push(typeof override === 'string' ? parseOverride(override) : override);
    } catch (error) {
      const { message, cure } = asWildstyleError(error);
      shown.push({ position: afterTheFile, text: message, cure });
    }
  }
  return { overrides, shown };
}

/** The problems found by the schema and by the other checks. */
function findProblems(value: unknown, jobFolder: string, checkPlaces: Check): JobProblem[] {
  const problems = problemsOf(jobSchema, value);
  // The other checks need a valid job, so drop the invalid values where they are optional.
  const job = jobSchema.safeParse(
    problems.length === 0
      ? value
      : withoutPaths(
          value,
          problems.map(({ path }) => path),
        ),
  );
  if (!job.success) return [...problems, ...checkPlaces(onlyRoots(value), jobFolder)];
  const checks = [
    checkLayers(job.data.recipe),
    checkWeights(job.data),
    checkSplit(job.data),
    checkFolders(job.data, jobFolder),
    checkExports(job.data),
    checkMasks(job.data),
    checkPlaces(job.data, jobFolder),
  ];
  return [...problems, ...checks.flat()];
}

/** A job with the input folders of a value that is not a job; the others are the folder of the job file, which exists. */
function onlyRoots(value: unknown): Omit<Job, 'file'> {
  const rootOf = (role: string) => {
    const { root } = ((value as Record<string, unknown> | null)?.[role] ?? {}) as { root?: unknown };
    return typeof root === 'string' && root !== '' ? root : '.';
  };
  return jobSchema.parse({
    content: { root: rootOf('content') },
    style: { root: rootOf('style') },
    output: { root: '.' },
  });
}

const afterTheFile = Number.POSITIVE_INFINITY;

/** Throws if there are problems. If every problem has a code of its own, uses the code of the first. */
function failOn(code: ErrorCode, problems: readonly ShownProblem[], uncounted = 0): void {
  if (problems.length === 0) return;
  const [first] = problems;
  const isOverrides = problems.every(({ position }) => position === afterTheFile);
  const kind = problems.every((problem) => problem.code !== undefined) ? first.code : undefined;
  // A job file has lines to look at; an override has only this message.
  const usual = isOverrides ? 'docs/formats.md lists every key with its values.' : undefined;
  const [cure, ...others] = new Set(problems.map((problem) => problem.cure ?? usual));
  throw new WildstyleError(
    kind ?? (isOverrides ? 'override-invalid' : code),
    showProblems(problems, Math.max(0, uncounted)),
    cure !== undefined && others.length === 0 ? { cure } : {},
  );
}

function syntaxProblems(source: SourceText, document: Document): ShownProblem[] {
  // The parser only warns about unknown tags, but a job cannot use them.
  const found = [...document.errors, ...document.warnings].map(({ pos: [start, end], message }) => ({
    span: { start, end },
    message,
  }));
  const dangling = aliases(document)
    .filter(({ isDangling }) => isDangling)
    .map(({ name, span }) => ({ span, message: `no anchor &${name} before this alias` }));
  return [...found, ...dangling].map(({ span, message }) => ({
    position: span.start,
    text: source.show(span, message),
  }));
}

function plainValue(source: SourceText, document: Document): unknown {
  try {
    return document.toJS({ maxAliasCount: jobLimits.aliases });
  } catch (error) {
    // Dangling aliases are reported before this, so the aliases must expand too far.
    const [last] = aliases(document).slice(-1);
    const message = 'the aliases up to here expand to too many values';
    throw new WildstyleError('job-too-large', last ? source.show(last.span, message) : message, {
      cure: 'Write the values out, and do not use aliases inside anchored values.',
      cause: error,
    });
  }
}

function show(
  problem: JobProblem,
  source: SourceText,
  document: Document,
  overrides: readonly Override[],
): ShownProblem {
  const override = overrideOf(overrides, problem.path);
  const { message, code, cure } = problem;
  if (override) return { position: afterTheFile, text: `${override.shown}: ${message}`, code, cure };
  const span = locate(document, problem.path, problem.at);
  return { position: span.start, text: source.show(span, message), code, cure };
}

function withAbsolutePaths(job: Omit<Job, 'file'>, file: string): Job {
  const absolute = (path: string) => absolutePath(dirname(file), path);
  const { content, style, split, gate, output, run } = job;
  const labels =
    typeof content.labels === 'string'
      ? content.labels
      : { ...content.labels, csv: absolute(content.labels.csv) };
  return {
    file,
    ...job,
    content: {
      ...content,
      root: absolute(content.root),
      labels,
      ...licensesOf(content, absolute),
      ...masksOf(content, absolute),
      ...(content.annotations && {
        annotations: { ...content.annotations, path: absolute(content.annotations.path) },
      }),
    },
    style: {
      ...style,
      root: absolute(style.root),
      ...licensesOf(style, absolute),
      ...masksOf(style, absolute),
    },
    ...(split && { split: split.csv === undefined ? split : { ...split, csv: absolute(split.csv) } }),
    ...(gate && { gate: gateOf(gate, absolute) }),
    output: { ...output, root: absolute(output.root) },
    run: run.weights === undefined ? run : { ...run, weights: absoluteWeights(run.weights, absolute) },
  };
}

function licensesOf(
  { licenses }: Pick<Job['style'], 'licenses'>,
  absolute: (path: string) => string,
): Pick<Job['style'], 'licenses'> {
  if (typeof licenses !== 'object') return {};
  return { licenses: { ...licenses, csv: absolute(licenses.csv) } };
}

function masksOf(
  { masks }: Pick<Job['style'], 'masks'>,
  absolute: (path: string) => string,
): Pick<Job['style'], 'masks'> {
  return typeof masks === 'object' ? { masks: { root: absolute(masks.root) } } : {};
}

function gateOf(gate: Gate, absolute: (path: string) => string): Gate {
  const classifier = ownClassifier(gate);
  if (!classifier) return gate;
  const { model, labels } = classifier;
  const paths = { model: absolute(model), labels: typeof labels === 'string' ? absolute(labels) : labels };
  return { ...gate, classifier: { ...classifier, ...paths } };
}

function absoluteWeights(weights: NonNullable<Job['run']['weights']>, absolute: (path: string) => string) {
  if (typeof weights === 'string') return absolute(weights);
  return Object.fromEntries(Object.entries(weights).map(([network, file]) => [network, absolute(file)]));
}
