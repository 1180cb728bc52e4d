/** `wildstyle merge`: joins shards into a dataset. @module */
import { relative, resolve } from 'node:path';
import { WildstyleError } from '../../errors.js';
import { mergeShards } from '../../run/shards/merge-shards.js';
import type { CommandBody } from '../command-list.js';
import { print } from '../terminal/output.js';
import { overviewsMissingText } from '../text/run-text.js';

interface MergeArguments {
  readonly dirs: readonly string[];
  readonly out?: string;
}

export const mergeCommand: CommandBody<MergeArguments> = {
  builder: (yargs) =>
    yargs
      .positional('dirs', {
        type: 'string',
        array: true,
        demandOption: true,
        describe: 'The output folders of the shards',
      })
      .option('out', {
        type: 'string',
        requiresArg: true,
        describe: 'The folder of the dataset; optional for a single folder',
      }) as never,
  async handler({ dirs, out }) {
    const [only] = dirs;
    const target = out ?? (dirs.length === 1 ? only : undefined);
    if (target === undefined) {
      throw new WildstyleError('option-invalid', 'Several folders are given, but no --out.', {
        cure: 'Name the folder of the dataset with --out; it may be one of them.',
      });
    }
    const { counts, contactSheet, report, missing, copied } = await mergeShards(
      dirs.map((dir) => resolve(dir)),
      resolve(target),
    );
    const { complete, stylized, originals, failed } = counts;
    const from = copied > 0 ? `, ${copied} copied` : '';
    print(
      `${complete} ${complete === 1 ? 'image' : 'images'} in ${target}: ${stylized} stylized, ${originals} originals${from}.`,
    );
    const dropped = counts.errors['label-lost'] ?? 0;
    if (dropped > 0) print(`${dropped} left out by the gate, as the job says; see manifest.jsonl.`);
    if (failed > dropped) print(`${failed - dropped} failed; see manifest.jsonl.`);
    if (contactSheet) print(`Contact sheet: ${relative(process.cwd(), contactSheet)}`);
    if (report) print(`Report: ${relative(process.cwd(), report)}`);
    if (missing) print(overviewsMissingText(missing));
  },
};
