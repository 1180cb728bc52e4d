/** `wildstyle stylize`: one image, without a job. @module */
import { access, constants, mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { CommandModule } from 'yargs';
import { WildstyleError } from '../errors.js';
import { asStorageError } from '../files/file-system.js';
import { publishFile } from '../files/publish.js';
import { decodeImage } from '../images/decode.js';
import { encodeImage } from '../images/encode.js';
import { formatOfFile } from '../images/format.js';
import { toPixels, toTensor } from '../images/tensor.js';
import { stylize } from '../run/arrays.js';
import { findWeights, resolveNetwork } from '../run/weights.js';
import { print } from './output.js';

interface StylizeArguments {
  readonly content: string;
  readonly style: string;
  readonly out: string;
  readonly size: number;
  readonly steps: number;
  readonly strength: number;
  readonly weights?: string;
}

export const stylizeCommand: CommandModule<object, StylizeArguments> = {
  command: 'stylize <content> <style> <out>',
  describe: 'Stylize one image, to try a style or a strength',
  builder: (yargs) =>
    yargs
      .positional('content', { type: 'string', demandOption: true, describe: 'The image that gives shapes' })
      .positional('style', { type: 'string', demandOption: true, describe: 'The image that gives the look' })
      .positional('out', { type: 'string', demandOption: true, describe: 'The result: .jpg, .png or .webp' })
      .option('size', { type: 'number', default: 256, requiresArg: true, describe: 'Long edge in pixels' })
      .option('steps', { type: 'number', default: 150, requiresArg: true, describe: 'Optimization steps' })
      .option('strength', { type: 'number', default: 10, requiresArg: true, describe: 'Style over content' })
      .option('weights', { type: 'string', requiresArg: true, describe: 'Weights file of VGG-19' }),
  async handler({ content, style, out, size, steps, strength, weights }) {
    const format = formatOfFile(out);
    if (!format) {
      throw new WildstyleError('option-invalid', `The result must end in .jpg, .png or .webp, not ${out}.`);
    }
    if ((await isSameFile(content, out)) || (await isSameFile(style, out)))
      throw new WildstyleError('option-invalid', `The result would overwrite ${out}: name another file.`);
    const network = resolveNetwork('auto', findWeights(weights));
    // Said now, not after minutes of work.
    await prepareFolder(dirname(out)).catch((error) => {
      throw asStorageError(error, out);
    });
    const target = { sizePx: size, fit: 'keep' } as const;
    const [contentPixels, stylePixels] = await Promise.all([
      decodeImage(content, target),
      decodeImage(style, target),
    ]);
    const { image, curve } = await stylize(
      toTensor(contentPixels),
      toTensor(stylePixels),
      { network, size, steps, style: { strength } },
      weights ? { weights } : {},
    );
    const bytes = await encodeImage(toPixels(image.data, image.shape), { format });
    await publishFile(out, bytes, { temporaryFolder: dirname(out) });
    const [first, last] = [curve[0], curve[curve.length - 1]];
    print(`${out}: by ${network}, loss ${first.total.toPrecision(4)} to ${last.total.toPrecision(4)}`);
  },
};

async function isSameFile(a: string, b: string): Promise<boolean> {
  const [first, second] = await Promise.all([a, b].map((path) => stat(path).catch(() => undefined)));
  return first !== undefined && first.ino === second?.ino && first.dev === second.dev;
}

async function prepareFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await access(folder, constants.W_OK);
}
