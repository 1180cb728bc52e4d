#!/usr/bin/env node
/** The command line. Each command has its own file. @module */
import yargs from 'yargs';
import { hideBin } from 'yargs/helpers';
import { packageVersion } from '../version.js';
import { commandList, nameOf } from './command-list.js';
import { reportFailure } from './failure.js';
import { guardOutput } from './terminal/output.js';
import { checkOptions, usageError, withHelp } from './usage.js';

/** A parser method that its types omit. */
interface ParserOptions {
  getOptions(): { readonly key: Readonly<Record<string, unknown>> };
}

const words = hideBin(process.argv);
const commandNames = commandList.map(nameOf);

guardOutput();
// Whoever asks for the progress must not end a run that still loads. Windows has no such signal.
if (process.platform !== 'win32') process.on('SIGUSR2', () => {});

const commandLine = yargs(words);
commandLine
  .scriptName('wildstyle')
  // usageError parses the English messages.
  .locale('en')
  .usage('$0 <command>\n\nTurns folders of labeled images into a larger, style-augmented training set.')
  .demandCommand(1, 'No command given.')
  .strict()
  .check((values) => {
    checkOptions(values, ['set', 'vary', 'dirs', 'style', 'jobs', 'style-mask', 'styleMask']);
    return true;
  })
  .version(packageVersion())
  .alias('help', 'h')
  .epilogue('Exit codes: 0 complete, 1 failures or differences, 2 invalid job or command, 75 stopped early.')
  .wrap(Math.min(100, process.stdout.columns ?? 100))
  .exitProcess(false)
  .fail((message, error) => {
    // The parser throws YError for mistakes on the command line; anything else comes from a command.
    if (error && error.name !== 'YError') throw error;
    throw usageError(message ?? error.message, words, {
      commands: commandNames,
      options: Object.keys((commandLine as unknown as ParserOptions).getOptions().key),
    });
  });

try {
  const named = words.find((word) => !word.startsWith('-'));
  // With --help, the parser would show the help of a command that does not exist.
  if (named !== undefined && !commandNames.includes(named))
    throw usageError('', words, { commands: commandNames, options: [] });
  for (const listed of commandList) {
    const { command, describe } = listed;
    const body = nameOf(listed) === named ? await listed.load() : { handler() {} };
    commandLine.command({ command, describe, ...body });
  }
  await commandLine.parseAsync();
} catch (error) {
  process.exitCode = reportFailure(withHelp(error, words, commandNames), process.stderr);
}
