/** `wildstyle sheet`: draws a contact sheet of a dataset. @module */
import { basename, relative, resolve } from 'node:path';
import { readManifest } from '../../dataset/ledger/manifest.js';
import { lockOutput } from '../../dataset/lock.js';
import { noDataset } from '../../dataset/output-job.js';
import { outputPaths } from '../../dataset/output-paths.js';
import { publishSummary, readSummary, withFiles } from '../../dataset/summary.js';
import { WildstyleError } from '../../errors.js';
import type { PublishOptions } from '../../files/publish.js';
import { formatOfFile } from '../../images/format.js';
import { writeContactSheet } from '../../report/contact-sheet.js';
import { jobFoldersOf, sheetRows } from '../../report/dataset-rows.js';
import { defaultSheetRows } from '../../report/dataset-sheet.js';
import { chooseSheetRows } from '../../report/sheet-rows.js';
import type { CommandBody } from '../command-list.js';
import { print } from '../terminal/output.js';

interface SheetArguments {
  readonly dir: string;
  readonly rows: number;
  readonly out?: string;
}

export const sheetCommand: CommandBody<SheetArguments> = {
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
    if (!(await readSummary(root))) throw noDataset(root, 'dataset.json');
    const path = out ? resolve(out) : outputPaths(root).contactSheet;
    const count =
      path === outputPaths(root).contactSheet
        ? await replaceSheet(root, rows)
        : (await drawSheet(root, path, rows)).count;
    print(`${count} rows: ${relative(process.cwd(), path)}`);
  },
};

/** Replaces the sheet that belongs to the dataset, which is a change of the dataset. */
async function replaceSheet(root: string, rows: number): Promise<number> {
  const { contactSheet, temporaryFolder } = outputPaths(root);
  const lock = await lockOutput(root, { startedAt: new Date() });
  try {
    const { fileSystem } = lock;
    const { count, sha256, summary } = await drawSheet(root, contactSheet, rows, {
      temporaryFolder,
      fileSystem,
    });
    await publishSummary(root, withFiles(summary, { [basename(contactSheet)]: sha256 }), fileSystem);
    return count;
  } finally {
    await lock.release();
  }
}

async function drawSheet(root: string, path: string, rows: number, options: Partial<PublishOptions> = {}) {
  const summary = await readSummary(root);
  if (!summary) throw noDataset(root, 'dataset.json');
  const chosen = chooseSheetRows(await readManifest(root), rows);
  if (chosen.length === 0)
    throw new WildstyleError('option-invalid', `${root} has no stylized images to draw.`);
  const rowsOfSheet = sheetRows({ roots: jobFoldersOf(summary), outputRoot: root }, chosen);
  const { sha256 } = await writeContactSheet(path, rowsOfSheet, options);
  return { count: chosen.length, sha256, summary };
}
