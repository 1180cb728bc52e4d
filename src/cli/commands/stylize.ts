/** `wildstyle stylize`: stylizes one image, without a job. @module */
import { access, constants, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { WildstyleError } from '../../errors.js';
import { asStorageError } from '../../files/file-system.js';
import { makeFolder } from '../../files/folders.js';
import { publishFile } from '../../files/publish.js';
import { encodeImage } from '../../images/encode.js';
import { formatOfFile } from '../../images/format.js';
import { applyOverride, parseOverride } from '../../job/overrides.js';
import type { OptimizeFacts } from '../../methods/optimize/facts.js';
import { presetNames } from '../../methods/optimize/recipe/presets.js';
import type { RecipeInput } from '../../methods/recipe.js';
import { stylizeImages } from '../../run/arrays/stylize-images.js';
import type { Progress } from '../../run/progress/progress.js';
import { styleRoles } from '../../stylize/role.js';
import type { CommandBody } from '../command-list.js';
import { parseWeights } from '../options/options.js';
import { print } from '../terminal/output.js';
import { progressView } from '../terminal/progress-bar.js';
import { stopSignals } from '../terminal/signals.js';

interface StylizeArguments {
  readonly content: string;
  readonly painting: string;
  readonly style?: readonly string[];
  readonly mask?: string;
  readonly styleMask?: readonly string[];
  readonly out: string;
  readonly size?: number;
  readonly steps?: number;
  readonly strength?: number;
  readonly preset?: string;
  readonly weights?: string;
  readonly set?: readonly string[];
}

export const stylizeCommand: CommandBody<StylizeArguments> = {
  builder: (yargs) =>
    yargs
      .positional('content', { type: 'string', demandOption: true, describe: 'Content image' })
      .positional('painting', { type: 'string', demandOption: true, describe: 'Style image' })
      .positional('out', {
        type: 'string',
        demandOption: true,
        describe: 'Output image: .jpg, .png or .webp',
      })
      .option('style', {
        type: 'string',
        array: true,
        nargs: 1,
        describe: 'Style image to blend with the first, and its weight relative to it: b.jpg=0.5; repeatable',
      })
      .option('mask', {
        type: 'string',
        requiresArg: true,
        describe: 'Mask of the content image, whose colors mark regions',
      })
      .option('style-mask', {
        type: 'string',
        array: true,
        nargs: 1,
        describe: 'Mask of the style image; repeatable, in the order of several styles',
      })
      .option('size', { type: 'number', requiresArg: true, describe: 'Long edge in pixels' })
      .option('steps', { type: 'number', requiresArg: true, describe: 'Optimization steps' })
      .option('strength', {
        type: 'number',
        requiresArg: true,
        describe: 'Strength of the style relative to the content',
      })
      .option('preset', {
        type: 'string',
        requiresArg: true,
        choices: presetNames,
        describe: 'Named recipe to start from; in a job: recipe.preset',
      })
      .option('set', {
        type: 'string',
        array: true,
        nargs: 1,
        describe: 'Set a recipe key, e.g. optimizer=adam; repeatable',
      })
      .option('weights', { type: 'string', requiresArg: true, describe: 'Weights file for the network' }),
  async handler({
    content,
    painting,
    style = [],
    mask,
    styleMask = [],
    out,
    size,
    steps,
    strength,
    preset,
    set = [],
    weights,
  }) {
    const format = formatOfFile(out);
    if (!format) {
      throw new WildstyleError('option-invalid', `The output must end in .jpg, .png or .webp, not ${out}.`);
    }
    const styles = [{ file: painting, weight: 1 }, ...style.map(weightedStyle)];
    const inputs = [content, ...styles.map((each) => each.file), ...(mask ? [mask] : []), ...styleMask];
    for (const file of inputs)
      if (await isSameFile(file, out))
        throw new WildstyleError('option-invalid', `The output would overwrite ${out}. Choose another file.`);
    checkMasks(mask, styleMask, styles.length);
    // Fail now rather than after minutes of work.
    await prepareFolder(dirname(out)).catch((error) => {
      throw asStorageError(error, out);
    });
    const mix = styles.length > 1 ? styles.map(({ weight }) => weight) : undefined;
    const recipe = recipeOf({ preset, size, steps, style: { strength, mix } }, set);
    const signals = stopSignals();
    const view = progressView(process.stderr);
    let isAnnounced = false;
    const onProgress = (progress: Progress) => {
      if (!isAnnounced) view.print(`Stylizing ${content}. Press Ctrl-C to stop and keep the image so far.`);
      isAnnounced = true;
      view.update(progress);
    };
    signals.drain.addEventListener('abort', () => view.print('Stopping: saving the current image.'));
    signals.abandon.addEventListener('abort', () => process.exit(130));
    try {
      const files = {
        content: { file: content, mask },
        ...Object.fromEntries(styles.map(({ file }, i) => [styleRoles[i], { file, mask: styleMask[i] }])),
      };
      const { pixels, facts } = await stylizeImages(files, recipe, {
        ...(weights !== undefined && { weights: parseWeights(weights, (path) => path) }),
        finish: signals.drain,
        onProgress,
      });
      view.stop();
      await publishFile(out, await encodeImage(pixels, { format }), { temporaryFolder: dirname(out) });
      print(`${out}: ${factsText(facts)}`);
    } finally {
      view.stop();
      signals.dispose();
    }
  },
};

/** @throws `option-invalid` for masks without use */
function checkMasks(mask: string | undefined, ofStyles: readonly string[], styles: number): void {
  if (ofStyles.length > 0 && mask === undefined)
    throw new WildstyleError('option-invalid', '--style-mask needs --mask: a region must be in both images.');
  if (ofStyles.length > styles) {
    const message = `There are ${ofStyles.length} masks for ${styles} style images.`;
    throw new WildstyleError('option-invalid', message);
  }
}

/** Reads a style image with its weight: `waves.jpg=0.5`. Without one, it is 1. */
function weightedStyle(text: string): { file: string; weight: number } {
  const [, file, weight] = /^(.+)=(\d*\.?\d+)$/.exec(text) ?? [];
  return file === undefined ? { file: text, weight: 1 } : { file, weight: Number(weight) };
}

function factsText({ network, steps, loss }: Partial<OptimizeFacts>): string {
  const parts = [network?.name, steps === undefined ? undefined : `${steps} steps`];
  if (loss) parts.push(`loss ${loss.initial.total.toPrecision(4)} to ${loss.final.total.toPrecision(4)}`);
  return parts.filter((part) => part !== undefined).join(', ');
}

/** Builds the recipe from the options. Keys in `--set` may start with `recipe.`. */
function recipeOf(options: object, set: readonly string[]): RecipeInput {
  const overrides = set.map((override) => parseOverride(override.replace(/^recipe\./, '')));
  const defined = JSON.parse(JSON.stringify(options)) as object;
  return overrides.reduce<unknown>(
    (recipe, { path, value }) => applyOverride(recipe, path, value),
    defined,
  ) as RecipeInput;
}

async function isSameFile(a: string, b: string): Promise<boolean> {
  const [first, second] = await Promise.all([a, b].map((path) => stat(path).catch(() => undefined)));
  return first !== undefined && first.ino === second?.ino && first.dev === second.dev;
}

async function prepareFolder(folder: string): Promise<void> {
  await makeFolder(folder);
  await access(folder, constants.W_OK);
}
