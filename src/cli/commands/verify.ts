/** `wildstyle verify`: rehashes the files of a dataset. @module */

import { type DatasetProblem, type Verification, verifyDataset } from '../../dataset/verify/verify.js';
import { processText } from '../../dataset/writer.js';
import { WildstyleError } from '../../errors.js';
import type { CommandBody } from '../command-list.js';
import { exitCodes } from '../failure.js';
import { print, printJson } from '../terminal/output.js';
import { problemLine } from '../text/problem-line.js';

interface VerifyArguments {
  readonly dir: string;
  readonly leaks?: boolean;
  readonly repair?: boolean;
  readonly job?: string;
  readonly json?: boolean;
}

export const verifyCommand: CommandBody<VerifyArguments> = {
  builder: (yargs) =>
    yargs
      .positional('dir', { type: 'string', demandOption: true, describe: 'The dataset folder' })
      .option('leaks', {
        type: 'boolean',
        describe: 'Also check that no photograph, group, near duplicate or disjoint style is in two splits',
      })
      .option('repair', {
        type: 'boolean',
        describe: 'Remake missing or damaged files; move foreign files to .wildstyle/set-aside/',
      })
      .option('job', {
        type: 'string',
        requiresArg: true,
        describe: 'With --repair: the job file, for its weights and engine; default: the job in dataset.json',
      })
      .option('json', { type: 'boolean', describe: 'Print the result as JSON' }) as never,
  async handler({ dir, leaks: isSearched = false, repair, job, json }) {
    if (job !== undefined && !repair)
      throw new WildstyleError('option-invalid', '--job works only with --repair.');
    if (repair) {
      const { repairCommand } = await import('./verify/repair.js');
      const code = await repairCommand(dir, { job, json: json ?? false });
      if (code !== exitCodes.complete || !isSearched) {
        process.exitCode = code;
        return;
      }
    }
    const { checked, pending, writer, problems, leaks } = await verifyDataset(dir, { leaks: isSearched });
    if (json) printJson({ checked, pending, writer: writer ?? null, problems, ...(leaks && { leaks }) });
    else {
      if (writer) {
        const who = processText(writer);
        print(`note: a run is writing to this folder${who}: files may differ until it ends.`);
      }
      for (const problem of problems) print(problemLine(problem));
      const verdict =
        problems.length === 0
          ? 'no differences'
          : `${problems.length} difference${problems.length === 1 ? '' : 's'}`;
      const left = pending > 0 ? `; ${pending} not made yet` : '';
      print(`${dir}: ${checked} images checked, ${verdict}${left}.`);
      if (leaks) print(leaksText(leaks, problems.filter(isLeak).length));
      if (!problems.every(isLeak)) print('To repair the dataset, add --repair.');
    }
    if (problems.length > 0) process.exitCode = exitCodes.failures;
  },
};

const isLeak = ({ code }: DatasetProblem): boolean => code.endsWith('-shared');

function leaksText({ splits, pictures, unknown }: NonNullable<Verification['leaks']>, count: number): string {
  const found = count === 0 ? 'no leaks' : `${count} leak${count === 1 ? '' : 's'}`;
  const missing =
    unknown > 0
      ? ` ${unknown} source images are no longer known, so their near duplicates were not checked.`
      : '';
  const between = splits.length === 1 ? 'one split' : `${splits.length} splits (${splits.join(', ')})`;
  return `${between}, ${pictures} pictures compared: ${found}.${missing}`;
}
