/** `wildstyle sheet`: draws a contact sheet of a dataset. @module */
import { basename, relative, resolve } from 'node:path';
import type { CommandModule } from 'yargs';
import { readManifest } from '../../dataset/ledger/manifest.js';
import { noDataset } from '../../dataset/output-job.js';
import { outputPaths } from '../../dataset/output-paths.js';
import { publishSummary, readSummary, withFiles } from '../../dataset/summary.js';
import { WildstyleError } from '../../errors.js';
import { formatOfFile } from '../../images/format.js';
import { writeContactSheet } from '../../report/contact-sheet.js';
import { jobFoldersOf, sheetRows } from '../../report/dataset-rows.js';
import { defaultSheetRows } from '../../report/dataset-sheet.js';
import { chooseSheetRows } from '../../report/sheet-rows.js';
import { print } from '../output.js';

interface SheetArguments {
  readonly dir: string;
  readonly rows: number;
  readonly out?: string;
}

export const sheetCommand: CommandModule<object, SheetArguments> = {
  command: 'sheet <dir>',
  describe: 'Draw a contact sheet of a dataset: content, style and result',
  builder: (yargs) =>
    yargs
      .positional('dir', { type: 'string', demandOption: true, describe: 'The dataset folder' })
      .option('rows', {
        type: 'number',
        default: defaultSheetRows,
        requiresArg: true,
        describe: 'Maximum number of rows',
      })
      .option('out', {
        type: 'string',
        requiresArg: true,
        describe: 'PNG file; default: contact-sheet.png in the folder',
      }),
  async handler({ dir, rows, out }) {
    if (!Number.isInteger(rows) || rows < 1) {
      throw new WildstyleError('option-invalid', `--rows must be a whole number above 0, not ${rows}.`);
    }
    if (out && formatOfFile(out) !== 'png')
      throw new WildstyleError('option-invalid', `--out must end in .png, not ${out}.`);
    const root = resolve(dir);
    const summary = await readSummary(root);
    if (!summary) throw noDataset(root, 'dataset.json');
    const chosen = chooseSheetRows(await readManifest(root), rows);
    if (chosen.length === 0)
      throw new WildstyleError('option-invalid', `${dir} has no stylized images to draw.`);
    const path = out ? resolve(out) : outputPaths(root).contactSheet;
    const { contactSheet } = outputPaths(root);
    const rowsOfSheet = sheetRows({ roots: jobFoldersOf(summary), outputRoot: root }, chosen);
    const { sha256 } = await writeContactSheet(path, rowsOfSheet);
    if (path === contactSheet) await publishSummary(root, withFiles(summary, { [basename(path)]: sha256 }));
    print(`${chosen.length} rows: ${relative(process.cwd(), path)}`);
  },
};
