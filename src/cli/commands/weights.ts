/** `wildstyle weights`: the weights files of networks. @module */
import type { CommandBody } from '../command-list.js';
import { checkCommand } from './weights/check.js';
import { convertCommand } from './weights/convert.js';
import { fetchCommand } from './weights/fetch.js';
import { listCommand } from './weights/list.js';

export const weightsCommand: CommandBody<object> = {
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
