/** `wildstyle weights`: the weights files of networks. @module */
import type { CommandModule } from 'yargs';
import { checkCommand } from './weights/check.js';
import { convertCommand } from './weights/convert.js';
import { fetchCommand } from './weights/fetch.js';
import { listCommand } from './weights/list.js';

export const weightsCommand: CommandModule = {
  command: 'weights',
  describe: 'List, fetch, convert and check the weights of networks',
  builder: (yargs) =>
    yargs
      .command(listCommand)
      .command(fetchCommand)
      .command(convertCommand)
      .command(checkCommand)
      .demandCommand(1, 'No action given: list, fetch, convert or check.'),
  // The parser never gets here: it demands an action.
  handler() {},
};
