/** What photographs in many aspect ratios cost, compared with as many in one. @module */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { enableProdMode } from '@tensorflow/tfjs';
import sharp from 'sharp';
import type { RecipeInput } from '../../../src/methods/recipe.js';
import { workerOptions } from '../../../src/run/pool/worker-process.js';
import type { PictureFolders, PictureOptions } from '../pictures/pairs.js';
import { Arm } from './arm.js';
import { manyAspects, usualAspect } from './photographs.js';

const child = fileURLToPath(new URL('memory-child.js', import.meta.url));

/** Memory grows with shapes, not with steps. */
const fewSteps = 2;

interface ShapesOptions extends PictureOptions {
  /** The network of the times. */
  readonly network: 'compact' | 'vgg19';
}

/**
 * The default recipe on photographs with as many aspect ratios, and on as many with one. The two take turns in one process,
 * with one thread: processor time, so other work hardly affects it. Memory is that of a process that makes
 * photographs with as many aspect ratios with `vgg19`, in few steps.
 */
export async function benchShapes({ pairs, sizePx, network, ...folders }: ShapesOptions) {
  enableProdMode();
  // As in a worker.
  sharp.concurrency(1);
  sharp.cache(false);
  const recipe: RecipeInput = { size: sizePx, network };
  const [many, one] = [await Arm.open(recipe, folders), await Arm.open(recipe, folders)];
  for (const [index, aspect] of manyAspects(pairs).entries()) {
    await many.make(index, aspect);
    await one.make(index, usualAspect);
  }
  const ratio = many.usPerPixel / one.usPerPixel;
  const times = { manyUsPerPixel: many.usPerPixel, oneUsPerPixel: one.usPerPixel };
  for (const arm of [many, one]) arm.dispose();
  const peakMb = await peakMbOf({ ...recipe, network: 'vgg19', steps: fewSteps }, folders, pairs);
  return { ratio, ...times, peakMb };
}

async function peakMbOf(recipe: RecipeInput, { content, style, weights }: PictureFolders, count: number) {
  const args = [JSON.stringify(recipe), content, style, weights, `${count}`];
  const { stdout } = await promisify(execFile)(process.execPath, [...workerOptions, child, ...args]);
  return Number(stdout);
}
