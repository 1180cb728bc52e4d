/** Runs neural-style-pt itself beside the preset that follows it: both programs whole, judged by one objective. @module */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import sharp from 'sharp';
import type { HostTensor } from '../../src/engine/index.js';
import { decodeImage } from '../../src/images/decode.js';
import { toPixels, toTensor } from '../../src/images/tensor.js';
import type { RecipeInput } from '../../src/methods/recipe.js';
import { createStylizer } from '../../src/run/arrays/arrays.js';
import { writeGrid } from '../bench/pictures/draw.js';
import { loadPairs, type PictureFolders } from '../bench/pictures/pairs.js';
import { repositoryRoot } from '../docs/repository.js';
import type { RunOptions } from './runs.js';

const run = promisify(execFile);
const preset = 'neural-style';

export interface ProgramRow {
  readonly pair: string;
  /** The preset's objective of the image that each program writes. */
  readonly originalLoss: number;
  readonly loss: number;
  readonly lossRatio: number;
  /** Processor time of the whole process, from its start to the written image. */
  readonly originalSeconds: number;
  readonly seconds: number;
  readonly secondsRatio: number;
}

/**
 * From the content, at one size, with as many iterations of L-BFGS, without the total variation that the preset leaves out.
 * Writes `programs.jpg`: content, style, the original's image and the one made here.
 * @param python an interpreter that has neural-style-pt
 */
export async function comparePrograms(
  python: string,
  pictures: PictureFolders,
  { sizePx, evaluations, pairs, out }: RunOptions & { readonly out: string },
): Promise<ProgramRow[]> {
  const folder = await mkdtemp(join(tmpdir(), 'wildstyle-programs-'));
  const stylizer = await createStylizer({ weights: { vgg19: pictures.weights } });
  const model = join(folder, 'vgg19.pth');
  const rows: ProgramRow[] = [];
  const grid: HostTensor[][] = [];
  try {
    await run(python, [join(repositoryRoot, 'scripts/originals/weights.py'), pictures.weights, model]);
    for (const { name, content, style } of await loadPairs({ ...pictures, out: '', pairs, sizePx })) {
      const [contentFile, styleFile] = ['content.png', 'style.png'].map((file) => join(folder, file));
      await writePng(contentFile, content);
      await writePng(styleFile, style);
      const [original, own] = ['original.png', 'own.png'].map((file) => join(folder, file));
      const originalSeconds = await secondsOf(python, [
        ...['-m', 'neural_style.neural_style', '-gpu', 'c', '-model_file', model, '-disable_check'],
        ...['-content_image', contentFile, '-style_image', styleFile, '-output_image', original],
        ...['-image_size', sizePx, '-num_iterations', evaluations, '-init', 'image', '-tv_weight', 0],
        ...['-print_iter', 0, '-save_iter', 0],
      ]);
      const seconds = await secondsOf(process.execPath, [
        ...[join(repositoryRoot, 'dist/src/cli/main.js'), 'stylize', contentFile, styleFile, own],
        ...['--preset', preset, '--size', sizePx, '--steps', evaluations, '--set', 'init=content'],
        ...['--weights', pictures.weights],
      ]);
      const recipe: RecipeInput = { preset, size: sizePx };
      const made = await Promise.all(
        [original, own].map(async (file) => toTensor(await decodeImage(file, { sizePx, fit: 'crop' }))),
      );
      const losses: number[] = [];
      for (const image of made) losses.push((await stylizer.evaluate(image, content, style, recipe)).total);
      const [originalLoss, loss] = losses;
      const ratios = { lossRatio: loss / originalLoss, secondsRatio: seconds / originalSeconds };
      const row = { pair: name, originalLoss, loss, originalSeconds, seconds, ...ratios };
      process.stderr.write(`${JSON.stringify(row)}\n`);
      rows.push(row);
      grid.push([content, style, ...made]);
    }
    await mkdir(out, { recursive: true });
    await writeGrid(join(out, 'programs.jpg'), grid, Math.min(256, sizePx));
    return rows;
  } finally {
    stylizer.dispose();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Runs a program to its end. @returns the seconds that processors computed for it */
async function secondsOf(program: string, parameters: readonly (string | number)[]): Promise<number> {
  const script = 'TIMEFORMAT="%U %S"; time "$@" >/dev/null 2>&1';
  const { stderr } = await run('bash', ['-c', script, 'bash', program, ...parameters.map(String)]);
  return stderr
    .trim()
    .split(' ')
    .reduce((sum, seconds) => sum + Number(seconds), 0);
}

async function writePng(file: string, { data, shape }: HostTensor): Promise<void> {
  const { data: bytes, widthPx: width, heightPx: height } = toPixels(data, shape);
  await sharp(bytes, { raw: { width, height, channels: 3 } })
    .png()
    .toFile(file);
}
