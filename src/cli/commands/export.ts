/** `wildstyle export`: exports a dataset to another format. @module */
import { relative, resolve } from 'node:path';
import { readSummary } from '../../dataset/summary.js';
import { WildstyleError } from '../../errors.js';
import { defaultExportOptions, exportDataset } from '../../export/export-dataset.js';
import { type ExporterName, exporterNames, exportFormat } from '../../export-formats.js';
import type { CommandBody } from '../command-list.js';
import { print } from '../terminal/output.js';

interface ExportArguments {
  readonly dir: string;
  readonly to: ExporterName;
  readonly shardImages: number;
}

const mostFilesShown = 20;

export const exportCommand: CommandBody<ExportArguments> = {
  builder: (yargs) =>
    yargs
      .positional('dir', { type: 'string', demandOption: true, describe: 'The dataset folder' })
      .option('to', {
        choices: exporterNames,
        demandOption: true,
        requiresArg: true,
        describe: `Format: ${exporterNames.map((name) => `${name} (${exportFormat(name).describe})`).join('; ')}`,
      })
      .option('shard-images', {
        type: 'number',
        default: defaultExportOptions.shardImages,
        requiresArg: true,
        describe: 'Maximum number of images in a shard, for formats with shards',
      }) as never,
  async handler({ dir, to, shardImages }) {
    if (!Number.isInteger(shardImages) || shardImages < 1) {
      const message = `--shard-images must be a whole number above 0, not ${shardImages}.`;
      throw new WildstyleError('option-invalid', message);
    }
    const root = resolve(dir);
    const files = await exportDataset(root, to, { shardImages });
    for (const file of files.slice(0, mostFilesShown)) print(relative(process.cwd(), resolve(root, file)));
    if (files.length > mostFilesShown) print(`... and ${files.length - mostFilesShown} more`);
    const pending = (await readSummary(root))?.counts.pending ?? 0;
    if (pending > 0)
      print(`note: ${pending} images of the dataset have not been made yet and are not in the export.`);
  },
};
