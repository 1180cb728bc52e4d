/** `wildstyle view`: shows a run live in the browser. @module */
import { resolve } from 'node:path';
import { folderStatus, isGoing } from '../../dataset/status/folder-status.js';
import { WildstyleError } from '../../errors.js';
import { serveLive } from '../../report/live/live-server.js';
import type { CommandBody } from '../command-list.js';
import { openForUser } from '../terminal/open-file.js';
import { print } from '../terminal/output.js';
import { stopSignals } from '../terminal/signals.js';

interface ViewArguments {
  readonly dir: string;
  readonly port?: number;
  readonly open: boolean;
}

export const viewCommand: CommandBody<ViewArguments> = {
  builder: (yargs) =>
    yargs
      .positional('dir', { type: 'string', demandOption: true, describe: 'The dataset folder' })
      .option('port', { type: 'number', requiresArg: true, describe: 'Port; default: a free one' })
      .option('open', {
        type: 'boolean',
        default: process.stdout.isTTY === true,
        describe: 'Open the browser; default: on a terminal',
      }),
  async handler({ dir, port, open }) {
    if (port !== undefined && !(Number.isInteger(port) && port >= 1 && port <= 65_535))
      throw new WildstyleError(
        'option-invalid',
        `--port must be a whole number from 1 to 65535, not ${port}.`,
      );
    const root = resolve(dir);
    const wasGoing = isGoing(await folderStatus(root));
    const server = await serveLive(root, port === undefined ? {} : { port });
    print(`View: ${server.url}`);
    print(
      wasGoing
        ? 'The view ends with the run, or with Ctrl-C.'
        : 'No run is in progress. Press Ctrl-C to end the view.',
    );
    if (open) openForUser(server.url);
    const signals = stopSignals();
    const stopped = new Promise<void>((end) => {
      signals.drain.addEventListener('abort', () => end());
    });
    try {
      await Promise.race([stopped, ...(wasGoing ? [server.runEnded] : [])]);
    } finally {
      signals.dispose();
      await server.close();
    }
  },
};
