/** `wildstyle compare`: makes the same images with several recipes. @module */
import { relative, resolve } from 'node:path';
import { WildstyleError } from '../../errors.js';
import { compare } from '../../run/compare/compare.js';
import { publishComparison } from '../../run/compare/publish.js';
import { variationsOf } from '../../run/compare/variations.js';
import type { CommandBody } from '../command-list.js';
import { comparisonProgress } from '../terminal/comparison-progress.js';
import { print } from '../terminal/output.js';

interface CompareArguments {
  readonly job: string;
  readonly vary?: readonly string[];
  readonly set?: readonly string[];
  readonly pairs: number;
  readonly out: string;
}

export const compareCommand: CommandBody<CompareArguments> = {
  builder: (yargs) =>
    yargs
      .positional('job', { type: 'string', demandOption: true, describe: 'The job file (YAML)' })
      .option('vary', {
        type: 'string',
        array: true,
        nargs: 1,
        describe: 'Values of a key, e.g. recipe.optimizer=lbfgs,adam; repeatable, for all combinations',
      })
      .option('set', {
        type: 'string',
        array: true,
        nargs: 1,
        describe: 'Override a key, e.g. recipe.steps=20; repeatable',
      })
      .option('pairs', {
        type: 'number',
        default: 3,
        requiresArg: true,
        describe: 'Number of pairs of content and style',
      })
      .option('out', {
        type: 'string',
        default: 'compare',
        requiresArg: true,
        describe: 'Folder for comparison.png, comparison.csv and curves.png',
      }),
  async handler({ job, vary = [], set = [], pairs, out }) {
    if (!Number.isInteger(pairs) || pairs < 1 || pairs > 100)
      throw new WildstyleError(
        'option-invalid',
        `--pairs must be a whole number from 1 to 100, not ${pairs}.`,
      );
    const variations = variationsOf(vary);
    const view = comparisonProgress(process.stderr);
    const { onProgress, onSteps } = view;
    view.print(
      `${variations.length} recipes on the first ${pairs === 1 ? 'pair' : `${pairs} pairs`} of images.`,
    );
    const compared = await compare(job, variations, {
      ...{ pairs, overrides: set },
      ...{ onProgress, onSteps },
    }).finally(view.stop);
    const files = await publishComparison(resolve(out), variations, compared);
    for (const file of files) print(relative(process.cwd(), file));
  },
};
