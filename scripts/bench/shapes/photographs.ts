/** Photographs in many aspect ratios. @module */
import sharp from 'sharp';
import { decodeImage } from '../../../src/images/decode.js';
import { toTensor } from '../../../src/images/tensor.js';
import type { OptimizeRecipe } from '../../../src/methods/optimize/recipe/resolve.js';
import { sourcesOf } from '../../../src/methods/optimize/stages.js';
import { loadRequests } from '../../../src/run/item/load-sources.js';

/** Width over height. */
export type Aspect = number;

/** The most common aspect ratio of photographs. */
export const usualAspect: Aspect = 4 / 3;

/** Steps through the aspect ratios, so that neighbors do not come one after the other. */
const stride = 37;

/** Aspect ratios from 1:2 to 2:1, at equal factors, in a mixed order. */
export const manyAspects = (count: number): Aspect[] =>
  Array.from({ length: count }, (_, i) => 2 ** ((2 * ((i * stride) % count) + 1) / count - 1));

/** The largest part of a photograph with an aspect ratio, from its middle, as a PNG file. */
export async function photographOf(file: string, aspect: Aspect): Promise<Buffer> {
  const image = sharp(file).autoOrient();
  const { autoOrient: whole } = await image.metadata();
  const width = Math.round(Math.min(whole.width, whole.height * aspect));
  const height = Math.round(Math.min(whole.height, whole.width / aspect));
  const [left, top] = [Math.floor((whole.width - width) / 2), Math.floor((whole.height - height) / 2)];
  return image.extract({ left, top, width, height }).png({ compressionLevel: 1 }).toBuffer();
}

/** Decodes the sources of an item as a worker does. */
export const sourcesOfPair = (recipe: OptimizeRecipe, content: Buffer, style: string, key: string) =>
  loadRequests(sourcesOf(recipe), async (role, target) => ({
    key: [role === 'content' ? key : style, ...Object.values(target)].join(';'),
    tensor: toTensor(await decodeImage(role === 'content' ? content : style, target)),
  }));
