/** Whose colors the result has, and how much of the content is blended in. @module */
import type { HostTensor } from '../../../engine/engine.js';
import { grayOf, matchLuminance, withLuminance } from '../../../images/color/luminance.js';
import { matchColors, paletteOf } from '../../../images/color/match.js';
import type { Side } from '../../../stylize/role.js';
import type { SourceImage } from '../../../stylize/targets.js';
import { blended } from '../../blend.js';
import type { Source } from '../../method.js';
import type { OptimizeRecipe } from '../recipe/resolve.js';

/** What `recipe.color` can be. */
export const colors = ['style', 'content', 'luminance', 'palette'] as const;
export type Color = (typeof colors)[number];

/**
 * Prepares sources for the optimization. `content`: the style has the colors of the content. `luminance`: both are gray.
 * Keys differ from those of the sources where pixels do.
 */
export function preparedSource(
  color: Color,
  side: Side,
  source: SourceImage,
  content: SourceImage,
): SourceImage {
  if (color === 'luminance') {
    const gray = grayOf(source.tensor);
    if (side === 'content') return { key: `${source.key};gray`, tensor: gray };
    const tensor = matchLuminance(gray, grayOf(content.tensor));
    return { key: `${source.key};gray like ${content.key}`, tensor };
  }
  if (color === 'content' && side === 'style') {
    const tensor = matchColors(source.tensor, paletteOf(content.tensor));
    return { key: `${source.key};colors of ${content.key}`, tensor };
  }
  return source;
}

/**
 * The image to deliver. `luminance`: with the chroma of the content. `palette`: with mean and covariance of the style's
 * colors. Then blended with the content, everywhere or by region.
 * @param image `[1, height, width, 3]`, RGB in [0, 1], as optimized
 * @param content of the same shape
 */
export function finishedImage(
  { color, blend }: Pick<OptimizeRecipe, 'color' | 'blend'>,
  image: HostTensor,
  content: Source,
  style: Source,
): HostTensor {
  const colored =
    color === 'luminance'
      ? withLuminance(content.tensor, image)
      : color === 'palette'
        ? matchColors(image, paletteOf(style.tensor))
        : image;
  return blended(blend, colored, content);
}
