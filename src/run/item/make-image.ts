/** Makes an image with a method, and augments it before and after. @module */
import type { Named } from '../../engine/engine.js';
import { augmentPixels } from '../../images/augment/augment.js';
import { geometryOf } from '../../images/augment/geometry.js';
import type { Augmentation } from '../../images/augment/parameters.js';
import { type Affine, chain } from '../../images/geometry/affine.js';
import { warpMask } from '../../images/geometry/warp.js';
import { resizeMask } from '../../images/mask.js';
import type { Pixels } from '../../images/pixels.js';
import { resizeTensor } from '../../images/resize.js';
import { toPixels, toTensor } from '../../images/tensor.js';
import { methodOf, type ResolvedRecipe } from '../../methods/index.js';
import type { Made, MakeRequest, Maker, Source } from '../../methods/method.js';

/** An image and what is known about it. */
export interface MadeImage {
  readonly pixels: Pixels;
  readonly made: Made<ResolvedRecipe, object>;
  /** The content image that the method saw, and its result, before `augment.after`. */
  readonly compared: { readonly content: Pixels; readonly result: Pixels };
  /** Where augmentations moved things; undefined if they did not. */
  readonly moved: Affine | undefined;
}

/**
 * Makes an image.
 * @param signal cancels it before its first step
 * @throws the errors of the method
 */
export async function makeImage(
  maker: Maker<ResolvedRecipe>,
  request: MakeRequest<ResolvedRecipe>,
  signal?: AbortSignal,
): Promise<MadeImage> {
  const { recipe, seed } = request;
  const { before, after } = recipe.augment ?? {};
  const sources = before ? await augmentedSources(request, before) : request.sources;
  const made = (await maker.make({ ...request, sources }, signal)) as Made<ResolvedRecipe, object>;
  const result = toPixels(made.image.data, made.image.shape);
  const pixels = after ? await augmentPixels(result, after, seed, 'after') : result;
  const moves = [before, after].flatMap((each) => (each && geometryOf(each, result)) ?? []);
  const content = contentOf(recipe, sources);
  return {
    pixels,
    made,
    compared: { content: toPixels(content.tensor.data, content.tensor.shape), result },
    moved: moves.length > 0 ? moves.reduce(chain) : undefined,
  };
}

const namesOfContent = (recipe: ResolvedRecipe): string[] =>
  methodOf(recipe)
    .sources(recipe)
    .flatMap(({ name, role }) => (role === 'content' ? [name] : []));

/** The largest of the content sources: that of the size of the result. */
function contentOf(recipe: ResolvedRecipe, sources: Named<Source>): Source {
  const contents = namesOfContent(recipe).map((name) => sources[name]);
  return contents.reduce((a, b) => (b.tensor.data.length > a.tensor.data.length ? b : a));
}

/** Augments the content at full size, and scales it down for coarser stages, so that all stages see the same picture. */
async function augmentedSources(
  { recipe, sources, seed }: MakeRequest<ResolvedRecipe>,
  augmentation: Augmentation,
): Promise<Named<Source>> {
  const { key: ownKey, tensor, mask } = contentOf(recipe, sources);
  const pixels = await augmentPixels(toPixels(tensor.data, tensor.shape), augmentation, seed, 'before');
  const augmented = toTensor(pixels);
  const map = geometryOf(augmentation, pixels);
  const movedMask = mask && map ? warpMask(mask, map) : mask;
  // Only noise depends on the seed: without it, items of one content image share their targets.
  const key = `${ownKey};${JSON.stringify(augmentation)}${augmentation.noise === undefined ? '' : `;${seed}`}`;
  const contents = namesOfContent(recipe).map((name): [string, Source] => {
    const { shape } = sources[name].tensor;
    const isWhole = shape.join() === augmented.shape.join();
    const [, heightPx, widthPx] = shape;
    return [
      name,
      {
        key: `${key};${shape.join('x')}`,
        tensor: isWhole ? augmented : resizeTensor(augmented, shape),
        ...(movedMask && { mask: isWhole ? movedMask : resizeMask(movedMask, { widthPx, heightPx }) }),
      },
    ];
  });
  return { ...sources, ...Object.fromEntries(contents) };
}
