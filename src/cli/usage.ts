/** Explains mistakes on the command line and suggests corrections. @module */
import { WildstyleError } from '../errors.js';
import { didYouMean } from '../job/messages/suggest.js';

/** The valid commands and options. */
export interface Vocabulary {
  readonly commands: readonly string[];
  /** Option names of the current command, without dashes. */
  readonly options: readonly string[];
}

/**
 * Creates the error for a command line that the parser rejects.
 * @param message the parser's message
 * @param words the command line, without program and script
 */
export function usageError(message: string, words: readonly string[], known: Vocabulary): WildstyleError {
  const command = commandOf(words);
  const isKnown = command !== undefined && known.commands.includes(command);
  return new WildstyleError(
    'option-invalid',
    explanation(message, words, known, isKnown ? undefined : command),
    { cure: helpCure(words, known.commands) },
  );
}

/** The error of a command; a wrong option without a cure of its own leads to the help of the command. */
export function withHelp(error: unknown, words: readonly string[], commands: readonly string[]): unknown {
  if (!(error instanceof WildstyleError) || error.code !== 'option-invalid' || error.cure !== undefined)
    return error;
  return new WildstyleError(error.code, error.message, {
    cure: helpCure(words, commands),
    cause: error.cause,
  });
}

const commandOf = (words: readonly string[]): string | undefined =>
  words.find((word) => !word.startsWith('-'));

function helpCure(words: readonly string[], commands: readonly string[]): string {
  const command = commandOf(words);
  return `See wildstyle ${command !== undefined && commands.includes(command) ? `${command} ` : ''}--help.`;
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
  if (needed) return `The command needs ${needed} argument${needed === '1' ? '' : 's'}, but got ${got}.`;
  const [, option, given, choices] = /Argument: (\S+), Given: "(.*)", Choices: (.*)$/m.exec(message) ?? [];
  if (option && choices) {
    const known = [...choices.matchAll(/"([^"]*)"/g)].map(([, choice]) => choice);
    return `--${option} must be one of ${known.join(', ')}, not ${given}${didYouMean(given, known)}`;
  }
  const [, list] = /^Unknown (?:argument|command)s?: (.*)$/.exec(message) ?? [];
  if (!list) return message;
  // The parser reports a hyphenated option twice: as written and in camel case.
  const unknown = list.split(', ').flatMap((name) => written(name, words));
  const names = options.map((name) => `--${name}`);
  const lines = unknown
    .map((word) =>
      word.startsWith('-')
        ? `Unknown option: ${word}${didYouMean(word, names)}`
        : `Unexpected argument: ${word}`,
    )
    .join('\n');
  return lines || message;
}

function written(name: string, words: readonly string[]): string[] {
  return words
    .map((word) => (word.startsWith('-') ? word.split('=')[0] : word))
    .filter((word) => word === name || word.replace(/^--?/, '') === name)
    .slice(0, 1);
}

/**
 * Rejects repeated options, unless they are repeatable, and invalid numbers.
 * @param values the parsed values by option name
 * @throws `option-invalid`
 */
export function checkOptions(values: Readonly<Record<string, unknown>>, repeatable: readonly string[]): void {
  for (const [name, value] of Object.entries(values)) {
    if (name === '_' || name === '$0' || repeatable.includes(name)) continue;
    if (Array.isArray(value))
      throw new WildstyleError(
        'option-invalid',
        `--${name} is given ${value.length} times, but allowed only once.`,
      );
    if (Number.isNaN(value)) throw new WildstyleError('option-invalid', `--${name} must be a number.`);
  }
}
