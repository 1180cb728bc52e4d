/** Where an optimization starts. @module */
import type { HostTensor } from '../../engine/engine.js';
import { WildstyleError } from '../../errors.js';
import { drawNumber, keyOfSeed, normals } from '../../random.js';
import type { OptimizeRecipe } from './resolve.js';

/** Noise around mid-gray; wide enough to have texture, narrow enough to stay in range for most pixels. */
const noiseMean = 0.5;
const noiseDeviation = 0.15;

/** Whether the style image, in the content's shape, is needed to make the initial image. */
export function startsFromStyle(init: OptimizeRecipe['init']): boolean {
  return init === 'style' || (typeof init === 'object' && init.style > 0);
}

/**
 * The initial image: content, style or noise, or their mean by weight.
 * @param content `[1, height, width, 3]`
 * @param style the style image in the content's shape, where {@link startsFromStyle} says so
 * @param seed of the noise
 * @throws `internal` when the style image is needed and missing
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
    throw new WildstyleError('internal', 'The recipe starts from the style image, but none was given.');
  }
  if (init === 'style') return style as HostTensor;
  const noise = () =>
    normals(keyOfSeed(seed), drawNumber('noise'), content.data.length).map(
      (z) => noiseMean + noiseDeviation * z,
    );
  if (init === 'noise') return { data: noise(), shape };
  const sum = init.content + init.style + init.noise;
  // Where all shares were drawn as zero, there is no preference.
  if (sum === 0) return content;
  const grains = init.noise > 0 ? noise() : undefined;
  const data = content.data.map(
    (value, i) =>
      (init.content * value + init.style * (style?.data[i] ?? 0) + init.noise * (grains?.[i] ?? 0)) / sum,
  );
  return { data, shape };
}
