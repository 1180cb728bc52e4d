#!/usr/bin/env node
/** The command line. Each command has its own file. @module */
import yargs from 'yargs';
import { hideBin } from 'yargs/helpers';
import { packageVersion } from '../version.js';
import { compareCommand } from './commands/compare.js';
import { doctorCommand } from './commands/doctor.js';
import { exportCommand } from './commands/export.js';
import { inspectCommand } from './commands/inspect.js';
import { mergeCommand } from './commands/merge.js';
import { planCommand } from './commands/plan.js';
import { reportCommand } from './commands/report.js';
import { runCommand } from './commands/run.js';
import { sheetCommand } from './commands/sheet.js';
import { statusCommand } from './commands/status.js';
import { stylizeCommand } from './commands/stylize.js';
import { submitCommand } from './commands/submit.js';
import { verifyCommand } from './commands/verify.js';
import { weightsCommand } from './commands/weights.js';
import { reportFailure } from './failure.js';
import { guardOutput } from './output.js';
import { checkOptions, usageError } from './usage.js';

/** A parser method that its types omit. */
interface ParserOptions {
  getOptions(): { readonly key: Readonly<Record<string, unknown>> };
}

const commands = [
  runCommand,
  planCommand,
  statusCommand,
  mergeCommand,
  submitCommand,
  verifyCommand,
  sheetCommand,
  reportCommand,
  exportCommand,
  stylizeCommand,
  compareCommand,
  inspectCommand,
  weightsCommand,
  doctorCommand,
];

guardOutput();

const commandLine = yargs(hideBin(process.argv));
commandLine
  .scriptName('wildstyle')
  // usageError parses the English messages.
  .locale('en')
  .usage('$0 <command>\n\nTurns folders of labeled images into a larger, style-augmented training set.')
  .command(runCommand)
  .command(planCommand)
  .command(statusCommand)
  .command(mergeCommand)
  .command(submitCommand)
  .command(verifyCommand)
  .command(sheetCommand)
  .command(reportCommand)
  .command(exportCommand)
  .command(stylizeCommand)
  .command(compareCommand)
  .command(inspectCommand)
  .command(weightsCommand)
  .command(doctorCommand)
  .demandCommand(1, 'No command given.')
  .strict()
  .check((values) => {
    checkOptions(values, ['set', 'vary', 'dirs', 'style']);
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
