#!/usr/bin/env node
/** The command line: one file per command. @module */
import yargs from 'yargs';
import { hideBin } from 'yargs/helpers';
import { packageVersion } from '../version.js';
import { reportFailure } from './failure.js';
import { guardOutput } from './output.js';
import { planCommand } from './plan.js';
import { runCommand } from './run.js';
import { sheetCommand } from './sheet.js';
import { stylizeCommand } from './stylize.js';
import { checkOptions, usageError } from './usage.js';
import { verifyCommand } from './verify.js';

/** What the parser can tell and its types do not. */
interface ParserOptions {
  getOptions(): { readonly key: Readonly<Record<string, unknown>> };
}

const commands = [runCommand, planCommand, verifyCommand, sheetCommand, stylizeCommand];

guardOutput();

const commandLine = yargs(hideBin(process.argv));
commandLine
  .scriptName('wildstyle')
  .usage('$0 <command>\n\nTurns folders of labeled images into a larger, style-augmented training set.')
  .command(runCommand)
  .command(planCommand)
  .command(verifyCommand)
  .command(sheetCommand)
  .command(stylizeCommand)
  .demandCommand(1, 'Name a command.')
  .strict()
  .check((values) => {
    checkOptions(values, ['set']);
    return true;
  })
  .version(packageVersion())
  .alias('help', 'h')
  .epilogue('Exit codes: 0 complete, 1 failures or differences, 2 wrong job or command, 75 stopped early.')
  .wrap(Math.min(100, process.stdout.columns ?? 100))
  .exitProcess(false)
  .fail((message, error) => {
    // The parser throws errors of its own class for what is wrong with the words.
    if (error && error.name !== 'YError') throw error;
    throw usageError(message ?? error.message, hideBin(process.argv), {
      commands: commands.map(({ command }) => String(command).split(' ')[0]),
      options: Object.keys((commandLine as unknown as ParserOptions).getOptions().key),
    });
  });

try {
  await commandLine.parseAsync();
} catch (error) {
  process.exitCode = reportFailure(error, process.stderr);
}
