/** What is wrong with the words of a command line, told with the nearest right ones. @module */
import { WildstyleError } from '../errors.js';
import { didYouMean } from '../job/suggest.js';

/** What may be said. */
export interface Vocabulary {
  readonly commands: readonly string[];
  /** Names of the options of the command at hand, without dashes. */
  readonly options: readonly string[];
}

/**
 * The error for a command line that the parser refuses.
 * @param message the parser's
 * @param words the command line, without program and script
 */
export function usageError(message: string, words: readonly string[], known: Vocabulary): WildstyleError {
  const [command] = words.filter((word) => !word.startsWith('-'));
  const isKnown = known.commands.includes(command);
  const cure = `See wildstyle ${isKnown ? `${command} ` : ''}--help.`;
  return new WildstyleError(
    'option-invalid',
    explanation(message, words, known, isKnown ? undefined : command),
    {
      cure,
    },
  );
}

function explanation(
  message: string,
  words: readonly string[],
  { commands, options }: Vocabulary,
  wrongCommand: string | undefined,
): string {
  if (wrongCommand) return `Unknown command: ${wrongCommand}${didYouMean(wrongCommand, commands)}`;
  const [, valueless] = /^Not enough arguments following: (.*)$/.exec(message) ?? [];
  if (valueless) return `--${valueless} needs a value.`;
  const [, got, needed] =
    /^Not enough non-option arguments: got (\d+), need at least (\d+)/.exec(message) ?? [];
  if (needed) return `The command needs ${needed} argument${needed === '1' ? '' : 's'}, and got ${got}.`;
  const [, list] = /^Unknown (?:argument|command)s?: (.*)$/.exec(message) ?? [];
  if (!list) return message;
  // The parser tells an option with a dash twice: as written, and in camel case.
  const unknown = list.split(', ').flatMap((name) => written(name, words));
  const names = options.map((name) => `--${name}`);
  const told = unknown
    .map((word) =>
      word.startsWith('-')
        ? `Unknown option: ${word}${didYouMean(word, names)}`
        : `One word too many: ${word}`,
    )
    .join('\n');
  return told || message;
}

function written(name: string, words: readonly string[]): string[] {
  return words
    .map((word) => (word.startsWith('-') ? word.split('=')[0] : word))
    .filter((word) => word === name || word.replace(/^--?/, '') === name)
    .slice(0, 1);
}

/**
 * Refuses options that were given twice, where once is all there can be, and numbers that are none.
 * @param values as parsed, by name
 * @throws `option-invalid`
 */
export function checkOptions(values: Readonly<Record<string, unknown>>, repeatable: readonly string[]): void {
  for (const [name, value] of Object.entries(values)) {
    if (name === '_' || name === '$0' || repeatable.includes(name)) continue;
    if (Array.isArray(value))
      throw new WildstyleError('option-invalid', `--${name} is given ${value.length} times.`);
    if (Number.isNaN(value)) throw new WildstyleError('option-invalid', `--${name} must be a number.`);
  }
}
