#!/usr/bin/env node
/** The command line: one file per command. @module */
import yargs from 'yargs';
import { hideBin } from 'yargs/helpers';
import { WildstyleError } from '../errors.js';
import { packageVersion } from '../version.js';
import { reportFailure } from './failure.js';
import { planCommand } from './plan.js';
import { runCommand } from './run.js';
import { sheetCommand } from './sheet.js';
import { stylizeCommand } from './stylize.js';
import { verifyCommand } from './verify.js';

const commandLine = yargs(hideBin(process.argv))
  .scriptName('wildstyle')
  .usage('$0 <command>\n\nTurns folders of labelled images into a larger, style-augmented training set.')
  .command(runCommand)
  .command(planCommand)
  .command(verifyCommand)
  .command(sheetCommand)
  .command(stylizeCommand)
  .demandCommand(1, 'Name a command.')
  .strict()
  .recommendCommands()
  .version(packageVersion())
  .alias('help', 'h')
  .epilogue('Exit codes: 0 complete, 1 failures or differences, 2 wrong job or command, 75 stopped early.')
  .wrap(Math.min(100, process.stdout.columns ?? 100))
  .exitProcess(false)
  .fail((message, error) => {
    throw error ?? new WildstyleError('option-invalid', message, { cure: 'See wildstyle --help.' });
  });

try {
  await commandLine.parseAsync();
} catch (error) {
  process.exitCode = reportFailure(error, process.stderr);
}
