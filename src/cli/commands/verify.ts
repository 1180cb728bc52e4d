/** `wildstyle verify`: rehashes the files of a dataset. @module */
import type { CommandModule } from 'yargs';
import { type DatasetProblem, verifyDataset } from '../../dataset/verify/verify.js';
import { processText } from '../../dataset/writer.js';
import { exitCodes } from '../failure.js';
import { print, printJson } from '../output.js';

export const verifyCommand: CommandModule<object, { dir: string; json?: boolean }> = {
  command: 'verify <dir>',
  describe: 'Check every file of a dataset against its manifest',
  builder: (yargs) =>
    yargs
      .positional('dir', { type: 'string', demandOption: true, describe: 'The dataset folder' })
      .option('json', { type: 'boolean', describe: 'Print the result as JSON' }),
  async handler({ dir, json }) {
    const { checked, pending, writer, problems } = await verifyDataset(dir);
    if (json) printJson({ checked, pending, writer: writer ?? null, problems });
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
      if (problems.some(isRepairable))
        print('To repair the dataset, delete the altered and extra files and run the job again.');
    }
    if (problems.length > 0) process.exitCode = exitCodes.failures;
  },
};

/** Whether a run recreates the file if it is missing. */
const isRepairable = ({ code, file }: DatasetProblem): boolean =>
  (code === 'file-altered' || code === 'file-missing') && file !== 'manifest.jsonl';
