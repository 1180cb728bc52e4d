/** Overrides from the command line: `recipe.steps=20` sets one key of a job. @module */
import { parseDocument } from 'yaml';
import { WildstyleError } from '../errors.js';
import type { Path } from './messages/zod-walk.js';
import { checkNesting, jobLimits } from './text/limits.js';
import { SourceText } from './text/source-text.js';

/** One parsed override. */
export interface Override {
  /** The override as given, for messages: `--set recipe.steps=20`. */
  readonly shown: string;
  readonly path: Path;
  readonly value: unknown;
}

const example = 'Write it as key=value, for example recipe.steps=20 or recipe.size="{choice: [128, 256]}".';

/**
 * Parses `path.to.key=value`. The value is YAML. Keys with a dot or an equals sign must be in double quotes.
 * @throws `override-invalid` naming the argument
 */
export function parseOverride(argument: string): Override {
  const match = /^((?:"[^"]*"|[^"=])+)=(.*)$/s.exec(argument);
  if (!match || argument.length > jobLimits.bytes)
    throw invalid(argument, 'is not of the form key=value', example);
  const path = parsePath(match[1].trim());
  if (!path) throw invalid(argument, `has an invalid key "${match[1].trim()}"`, example);
  return { shown: `--set ${argument}`, path, value: parseValue(argument, match[2]) };
}

function parsePath(text: string): string[] | undefined {
  const keys: string[] = [];
  const pattern = /(?:"([^"]*)"|([^".\s][^".]*))(\.|$)/y;
  while (pattern.lastIndex < text.length) {
    const match = pattern.exec(text);
    if (!match) return undefined;
    keys.push(match[1] ?? match[2]);
    if (match[3] === '') return keys;
  }
  return undefined;
}

function parseValue(argument: string, text: string): unknown {
  try {
    checkNesting(new SourceText('value', text));
    const document = parseDocument(text, { prettyErrors: false, stringKeys: true });
    const [problem] = [...document.errors, ...document.warnings];
    if (problem) throw problem;
    return document.toJS({ maxAliasCount: jobLimits.aliases });
  } catch (error) {
    const [reason] = (error as Error).message.split('\n');
    throw invalid(argument, `has a value that is not valid YAML: ${reason}`, example);
  }
}

function invalid(argument: string, what: string, cure: string): WildstyleError {
  return new WildstyleError('override-invalid', `--set ${argument} ${what}.`, { cure });
}

/** Applies one override. Creates missing maps along the path and replaces plain values with maps where needed. */
export function applyOverride(value: unknown, path: Path, replacement: unknown): unknown {
  if (path.length === 0) return replacement;
  const [key, ...rest] = path;
  if (
    Array.isArray(value) &&
    Number.isInteger(Number(key)) &&
    Number(key) >= 0 &&
    Number(key) < value.length
  ) {
    return value.with(Number(key), applyOverride(value[Number(key)], rest, replacement));
  }
  const map = typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
  const below = Object.hasOwn(map, key) ? (map as Record<string, unknown>)[key] : undefined;
  // Built from entries so that __proto__ is an ordinary key.
  return Object.fromEntries([...Object.entries(map), [key, applyOverride(below, rest, replacement)]]);
}

/** The last override that set the value at a path, if any. */
export function overrideOf(overrides: readonly Override[], path: Path): Override | undefined {
  return overrides.findLast(({ path: set }) =>
    set.every((key, index) => index >= path.length || String(path[index]) === key),
  );
}
