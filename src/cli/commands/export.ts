/** `wildstyle export`: exports a dataset to another format. @module */
import { relative, resolve } from 'node:path';
import type { CommandModule } from 'yargs';
import { readSummary } from '../../dataset/summary.js';
import { exportDataset } from '../../export/export-dataset.js';
import { type ExporterName, exporterNames, exporters } from '../../export/index.js';
import { print } from '../output.js';

interface ExportArguments {
  readonly dir: string;
  readonly to: ExporterName;
}

export const exportCommand: CommandModule<object, ExportArguments> = {
  command: 'export <dir>',
  describe: 'Export a dataset to another format, into exports/ in its folder',
  builder: (yargs) =>
    yargs
      .positional('dir', { type: 'string', demandOption: true, describe: 'The dataset folder' })
      .option('to', {
        choices: exporterNames,
        demandOption: true,
        requiresArg: true,
        describe: `Format: ${exporterNames.map((name) => `${name} (${exporters[name].describe})`).join('; ')}`,
      }),
  async handler({ dir, to }) {
    const root = resolve(dir);
    for (const file of await exportDataset(root, to)) print(relative(process.cwd(), resolve(root, file)));
    const pending = (await readSummary(root))?.counts.pending ?? 0;
    if (pending > 0)
      print(`note: ${pending} images of the dataset are not made yet, and are not in the export.`);
  },
};
