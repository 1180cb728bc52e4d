/** The image that an optimization starts from. @module */
import type { HostTensor } from '../../../engine/engine.js';
import { WildstyleError } from '../../../errors.js';
import type { OptimizeRecipe } from '../recipe/resolve.js';
import { smoothNoise } from './noise.js';

/** Whether the initial image requires the style image in the content's shape. */
export function startsFromStyle(init: OptimizeRecipe['init']): boolean {
  return init === 'style' || (typeof init === 'object' && init.style > 0);
}

/**
 * The initial image: content, style, noise, or their weighted mean.
 * @param content `[1, height, width, 3]`
 * @param style the style image in the content's shape; required if {@link startsFromStyle} is true
 * @param seed seed of the noise
 * @returns `[1, height, width, 3]`
 * @throws `internal` if the style image is required but missing
 */
export function initialImage(
  init: OptimizeRecipe['init'],
  content: HostTensor,
  style: HostTensor | undefined,
  seed: number,
): HostTensor {
  const { shape } = content;
  if (init === 'content') return content;
  if (startsFromStyle(init) && !style) {
    throw new WildstyleError(
      'internal',
      'The recipe starts from the style image, but no style image was given.',
    );
  }
  if (init === 'style') return style as HostTensor;
  if (init === 'noise') return { data: smoothNoise(shape, seed), shape };
  const sum = init.content + init.style + init.noise;
  // All shares can be drawn as zero: start from the content.
  if (sum === 0) return content;
  const grains = init.noise > 0 ? smoothNoise(shape, seed) : undefined;
  const data = content.data.map(
    (value, i) =>
      (init.content * value + init.style * (style?.data[i] ?? 0) + init.noise * (grains?.[i] ?? 0)) / sum,
  );
  return { data, shape };
}
