/** `wildstyle verify`: rehashes the files of a dataset. @module */
import type { CommandModule } from 'yargs';
import { type DatasetProblem, type Verification, verifyDataset } from '../../dataset/verify/verify.js';
import { processText } from '../../dataset/writer.js';
import { exitCodes } from '../failure.js';
import { print, printJson } from '../output.js';

export const verifyCommand: CommandModule<object, { dir: string; leaks?: boolean; json?: boolean }> = {
  command: 'verify <dir>',
  describe: 'Check every file of a dataset against its manifest',
  builder: (yargs) =>
    yargs
      .positional('dir', { type: 'string', demandOption: true, describe: 'The dataset folder' })
      .option('leaks', {
        type: 'boolean',
        describe: 'Also prove that no photograph, group, near duplicate or split style is in two splits',
      })
      .option('json', { type: 'boolean', describe: 'Print the result as JSON' }),
  async handler({ dir, leaks: isSearched = false, json }) {
    const { checked, pending, writer, problems, leaks } = await verifyDataset(dir, { leaks: isSearched });
    if (json) printJson({ checked, pending, writer: writer ?? null, problems, ...(leaks && { leaks }) });
    else {
      if (writer) {
        const who = processText(writer);
        print(`note: a run is writing to this folder${who}: files may differ until it ends.`);
      }
      for (const { code, file, message } of problems) print(`${code}  ${file}  ${message}`);
      const verdict =
        problems.length === 0
          ? 'no differences'
          : `${problems.length} difference${problems.length === 1 ? '' : 's'}`;
      const left = pending > 0 ? `; ${pending} not made yet` : '';
      print(`${dir}: ${checked} images checked, ${verdict}${left}.`);
      if (leaks) print(leaksText(leaks, problems.filter(isLeak).length));
      if (problems.some(isRepairable))
        print('To repair the dataset, delete the altered and extra files and run the job again.');
    }
    if (problems.length > 0) process.exitCode = exitCodes.failures;
  },
};

/** Whether a run recreates the file if it is missing. */
const isRepairable = ({ code, file }: DatasetProblem): boolean =>
  (code === 'file-altered' || code === 'file-missing') && file !== 'manifest.jsonl';

const isLeak = ({ code }: DatasetProblem): boolean => code.endsWith('-shared');

function leaksText({ splits, pictures, unknown }: NonNullable<Verification['leaks']>, count: number): string {
  const found = count === 0 ? 'no leaks' : `${count} leak${count === 1 ? '' : 's'}`;
  const missing =
    unknown > 0
      ? ` ${unknown} source images are not known any more: near duplicates of them were not looked for.`
      : '';
  const between = splits.length === 1 ? 'one split' : `${splits.length} splits (${splits.join(', ')})`;
  return `${between}, ${pictures} pictures compared: ${found}.${missing}`;
}
