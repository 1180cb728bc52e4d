/**
 * Explains what is wrong with a value. Each zod issue becomes one problem, even for a union, where zod reports an issue
 * for every option.
 * @module
 */
import { z } from 'zod';
import { distributionKeyOf, distributionKeys, isDistribution } from '../distribution.js';
import { type JobProblem, showPath, showValue } from './job-problem.js';
import { didYouMean, nearest } from './suggest.js';
import { valueAt } from './value-at.js';
import {
  describeExpected,
  knownKeys,
  knownWords,
  optionsOf,
  type Path,
  placeBelow,
  schemaAt,
  unwrap,
} from './zod-walk.js';

type Issue = z.core.$ZodIssue;

/** The problems of a value that does not match its schema; empty if it does. */
export function problemsOf(schema: z.ZodType, value: unknown): JobProblem[] {
  const result = schema.safeParse(value);
  if (result.success) return [];
  return causes(result.error.issues).flatMap((issue) => explain(issue, schema, value, []));
}

/** Drops checks of a whole value (the first number must be below the second) if part of the value is already wrong. */
function causes(issues: readonly Issue[]): Issue[] {
  const isPartOf = (part: Issue, whole: Issue): boolean =>
    part !== whole &&
    (part.path.length > whole.path.length || part.code === 'unrecognized_keys') &&
    whole.path.every((key, index) => part.path[index] === key);
  return issues.filter((issue) => issue.code !== 'custom' || !issues.some((other) => isPartOf(other, issue)));
}

function explain(issue: Issue, root: z.ZodType, rootValue: unknown, rootPath: Path): JobProblem[] {
  const below = issue.path as Path;
  const path = [...rootPath, ...below];
  const value = valueAt(rootValue, below);
  const schema = schemaAt(root, below);
  const problem = (message: string, at: JobProblem['at'] = 'value'): JobProblem[] => [
    { path, at, message: named(path, message) },
  ];
  if (issue.code === 'unrecognized_keys')
    return unknownKeys(issue.keys, path, schema ? knownKeys(schema) : [], schema);
  if (issue.code === 'custom') return problem(issue.message);
  if (issue.code === 'invalid_key') return problem(issue.issues[0]?.message ?? issue.message, 'key');
  if (value === undefined && below.length > 0 && isMisspelled(root, rootValue, below)) return [];
  if (!schema) return problem(issue.message);
  if ((issue.code === 'too_small' || issue.code === 'too_big') && issue.origin === 'array') {
    const isShort = issue.code === 'too_small';
    const bound = isShort ? issue.minimum : issue.maximum;
    const items = `${isShort ? 'at least' : 'at most'} ${bound} item${bound === 1 ? '' : 's'}`;
    return problem(`expected ${items}, got ${(value as unknown[]).length}`);
  }
  if (issue.code === 'invalid_union') return explainUnion(issue, schema, value, path);
  if (value === undefined) return missing(path, schema);
  // Weights are keyed by name, so a choice of numbers cannot have them.
  const isWeighted = below.at(-1) === 'choice' && isMap(value);
  return problem(`${expected(schema, value)}${isWeighted ? '; to draw a value more often, repeat it' : ''}`);
}

function explainUnion(
  issue: z.core.$ZodIssueInvalidUnion,
  schema: z.ZodType,
  value: unknown,
  path: Path,
): JobProblem[] {
  const options = optionsOf(schema);
  if (value === undefined) return missing(path, schema);
  const chosen = options[chooseOption(options, value)];
  const issues = issue.errors[options.indexOf(chosen)];
  if (chosen && issues) return causes(issues).flatMap((inner) => explain(inner, chosen, value, path));
  if (isDistribution(value)) {
    const key = distributionKeys.find((name) => Object.hasOwn(value, name)) ?? 'choice';
    const needs = `${key} only draws numbers, but this must be ${describeExpected(schema)}; use {choice: [...]}`;
    return [{ path: [...path, key], at: 'key', message: named(path, needs) }];
  }
  if (isMap(value) && options.some((option) => distributionKeyOf(option))) {
    const known = options.flatMap((option) => distributionKeyOf(option) ?? []);
    const unknown = unknownKeys(Object.keys(value), path, known);
    if (unknown.length > 0) return unknown;
  }
  return [{ path, at: 'value', message: named(path, expected(schema, value)) }];
}

/**
 * The index of the option that a value was probably meant to match: the distribution with the same key, else the option
 * of the same kind; -1 if there is none.
 */
function chooseOption(options: readonly z.ZodType[], value: unknown): number {
  if (isDistribution(value)) {
    const byKey = options.findIndex((option) => {
      const key = distributionKeyOf(option);
      return key !== undefined && Object.hasOwn(value, key);
    });
    if (byKey >= 0 || options.some((option) => distributionKeyOf(option))) return byKey;
  }
  return options.findIndex((option) => distributionKeyOf(option) === undefined && sameKind(option, value));
}

/** Whether the value and the option are both lists or both maps, so that its parts can be explained one by one. */
function sameKind(option: z.ZodType, value: unknown): boolean {
  const inner = unwrap(option);
  if (Array.isArray(value)) return inner instanceof z.ZodArray || inner instanceof z.ZodTuple;
  return isMap(value) && (inner instanceof z.ZodObject || inner instanceof z.ZodRecord);
}

function unknownKeys(
  keys: readonly string[],
  path: Path,
  known: readonly string[],
  schema?: z.ZodType,
): JobProblem[] {
  return keys.map((key) => {
    const deeper = schema && placeBelow(schema, key);
    const suggestion = deeper
      ? `; did you mean ${showValue(showPath([...path, ...deeper]))}?`
      : didYouMean(key, known);
    const cure = suggestion || (known.length > 0 ? `; known keys: ${known.join(', ')}` : '');
    return { path: [...path, key], at: 'key', message: named(path, `unknown key ${showValue(key)}${cure}`) };
  });
}

/** Whether a missing key is present but misspelled; the unknown key is then the problem to show. */
function isMisspelled(root: z.ZodType, rootValue: unknown, path: Path): boolean {
  const parent = schemaAt(root, path.slice(0, -1));
  const value = valueAt(rootValue, path.slice(0, -1));
  if (!parent || !isMap(value)) return false;
  const known = knownKeys(parent);
  return Object.keys(value).some((key) => !known.includes(key) && nearest(key, known) === path.at(-1));
}

function missing(path: Path, schema: z.ZodType): JobProblem[] {
  const about = schema.description ? `: ${schema.description}` : '';
  const message = named(path.slice(0, -1), `missing key "${path.at(-1)}"${about}`);
  return [{ path, at: 'key', message }];
}

function expected(schema: z.ZodType, value: unknown): string {
  const words = typeof value === 'string' ? didYouMean(value, knownWords(schema)) : '';
  const quoted =
    typeof value === 'string' && value.trim() !== '' && Number.isFinite(Number(value)) && takesNumbers(schema)
      ? ', which is text; remove the quotes'
      : '';
  return `expected ${describeExpected(schema)}, got ${showValue(value)}${quoted}${words}`;
}

function takesNumbers(schema: z.ZodType): boolean {
  return optionsOf(schema).some((option) => option instanceof z.ZodNumber);
}

function named(path: Path, message: string): string {
  return path.length === 0 ? message : `${showPath(path)}: ${message}`;
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
