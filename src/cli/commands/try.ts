/** `wildstyle try`: tries recipes on two images: a grid over the values of some keys. @module */
import { basename, dirname, resolve } from 'node:path';
import { WildstyleError } from '../../errors.js';
import { publishFile } from '../../files/publish.js';
import { maximumSizePx, minimumEdgePx } from '../../images/fit.js';
import { formatOfFile } from '../../images/format.js';
import { withRecipeKey } from '../../job/recipe-keys.js';
import type { AffordableSize } from '../../run/compare/affordable-size.js';
import { renderTried, tryRecipes, usualTrySizePx } from '../../run/compare/try-recipes.js';
import { variationsOf } from '../../run/compare/variations.js';
import type { CommandBody } from '../command-list.js';
import { formatDuration } from '../format.js';
import { parseWeights } from '../options/options.js';
import { comparisonProgress } from '../terminal/comparison-progress.js';
import { openForUser } from '../terminal/open-file.js';
import { print } from '../terminal/output.js';

interface TryArguments {
  readonly content: string;
  readonly style: string;
  readonly vary?: readonly string[];
  readonly set?: readonly string[];
  readonly size?: number;
  readonly out: string;
  readonly weights?: string;
  readonly open: boolean;
}

/** What is tried unless something else is asked for. */
const usualValues = ['strength=3,10,30', 'loss=gram,relaxedEmd'];

export const tryCommand: CommandBody<TryArguments> = {
  builder: (yargs) =>
    yargs
      .positional('content', { type: 'string', demandOption: true, describe: 'Content image' })
      .positional('style', { type: 'string', demandOption: true, describe: 'Style image' })
      .option('vary', {
        type: 'string',
        array: true,
        nargs: 1,
        describe: `Values of a recipe key; repeatable. Default: ${usualValues.join(' and ')}`,
      })
      .option('set', {
        type: 'string',
        array: true,
        nargs: 1,
        describe: 'Set a recipe key for all, e.g. steps=20; repeatable',
      })
      .option('size', {
        type: 'number',
        requiresArg: true,
        describe: `Long edge of the results in pixels; default: ${usualTrySizePx}, or what fits in a minute`,
      })
      .option('out', { type: 'string', default: 'try.png', requiresArg: true, describe: 'PNG file' })
      .option('weights', { type: 'string', requiresArg: true, describe: 'Weights file for the network' })
      .option('open', {
        type: 'boolean',
        default: process.stdout.isTTY === true,
        defaultDescription: 'on a terminal',
        describe: 'Open the picture',
      }),
  async handler({ content, style, vary = usualValues, set = [], size, out, weights, open }) {
    if (formatOfFile(out) !== 'png')
      throw new WildstyleError('option-invalid', `--out must end in .png, not ${out}.`, {
        cure: 'Give another name, for example --out try.png.',
      });
    if (size !== undefined && (!Number.isInteger(size) || size < minimumEdgePx || size > maximumSizePx)) {
      const message = `--size must be a whole number from ${minimumEdgePx} to ${maximumSizePx}, not ${size}.`;
      throw new WildstyleError('option-invalid', message);
    }
    const began = performance.now();
    const variations = variationsOf(vary.map(withRecipeKey));
    const view = comparisonProgress(process.stderr);
    const tried = await tryRecipes(content, style, variations, {
      sizePx: size,
      overrides: set.map(withRecipeKey),
      ...(weights !== undefined && { weights: parseWeights(weights, resolve) }),
      onBegin: () => {
        view.print(
          `${basename(content)} with ${basename(style)}: ${variations.length} images, ${vary.join(' and ')}.`,
        );
        if (size === undefined) view.print('Measuring a few steps on this machine.');
      },
      onSize: (chosen) => view.print(sizeText(chosen)),
      onProgress: view.onProgress,
      onSteps: view.onSteps,
    }).finally(view.stop);
    await publishFile(out, await renderTried(variations, tried), { temporaryFolder: dirname(out) });
    print(`${out}: ${variations.length} images in ${formatDuration(performance.now() - began)}`);
    if (open) openForUser(resolve(out));
  },
};

/** Says which size was chosen, and what the usual one would take if that is another one. */
function sizeText({ sizePx, estimateMs, wantedMs }: AffordableSize): string {
  const about = `At ${sizePx} pixels, this takes about ${formatDuration(estimateMs)}.`;
  return sizePx === usualTrySizePx
    ? about
    : `${about} Larger pictures: --size ${usualTrySizePx} takes about ${formatDuration(wantedMs)}.`;
}
