/** `wildstyle status`: shows the progress of a run, or how the last one ended. @module */

import { relative, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type FolderStatus, folderStatus, isGoing } from '../../dataset/status/folder-status.js';
import type { CommandBody } from '../command-list.js';
import { print } from '../terminal/output.js';
import { statusText } from '../text/status-text.js';

interface StatusArguments {
  readonly dir: string;
  readonly json?: boolean;
  readonly watch?: boolean;
}

const watchIntervalMs = 2000;
const clearScreen = '\u001b[H\u001b[2J\u001b[3J';

export const statusCommand: CommandBody<StatusArguments> = {
  builder: (yargs) =>
    yargs
      .positional('dir', { type: 'string', demandOption: true, describe: 'The dataset folder' })
      .option('json', { type: 'boolean', describe: 'Print one line of JSON' })
      .option('watch', { type: 'boolean', describe: 'Print again every two seconds until the run ends' }),
  async handler({ dir, json, watch }) {
    const root = resolve(dir);
    for (;;) {
      const status = await folderStatus(root);
      if (watch && !json && process.stdout.isTTY) process.stdout.write(clearScreen);
      show(status, dir, json ?? false);
      if (!watch || !isGoing(status)) return;
      await sleep(watchIntervalMs);
    }
  },
};

function show(status: FolderStatus, dir: string, asJson: boolean): void {
  if (asJson) process.stdout.write(`${JSON.stringify(status)}\n`);
  else print(statusText(status, relative(process.cwd(), resolve(dir)) || '.', Date.now()));
}
