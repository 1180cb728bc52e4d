/** Validates image arrays from callers and converts them to sources. @module */

import type { HostTensor, Named } from '../../engine/engine.js';
import { WildstyleError } from '../../errors.js';
import { sha256 } from '../../files/digest.js';
import { minimumEdgePx } from '../../images/fit.js';
import { resizeMask } from '../../images/mask.js';
import { resizeTensor } from '../../images/resize.js';
import type { Source } from '../../methods/method.js';
import { startsFromStyle } from '../../methods/optimize/pixels/initial.js';
import type { OptimizeRecipe } from '../../methods/optimize/recipe/resolve.js';
import { sourceName, stagesOf } from '../../methods/optimize/stages.js';
import { networks } from '../../stylize/networks/index.js';
import { styleRoles } from '../../stylize/role.js';
import { type ArrayMask, maskOfArray } from './array-mask.js';

/** An image, RGB in [0, 1], `[height, width, 3]` or `[1, height, width, 3]`; with its mask, to guide styles by regions. */
export type ArrayImage = HostTensor | { readonly image: HostTensor; readonly mask: ArrayMask };

/**
 * Builds the sources that the method needs from arrays: unscaled for the last stage, scaled down for earlier ones.
 * @param content `[height, width, 3]` or `[1, height, width, 3]`, RGB in [0, 1]
 * @param styles likewise; any size, unless the recipe starts from the first
 * @throws `shape-mismatch`, `option-invalid`
 */
export function sourcesFromArrays(
  content: ArrayImage,
  styles: readonly ArrayImage[],
  recipe: OptimizeRecipe,
): Named<Source> {
  const contentImage = arraySource(content, 'content', recipe);
  const styleImages = styles.map((style, i) => arraySource(style, styleRoles[i], recipe));
  const [first] = styleImages;
  if (startsFromStyle(recipe.init) && contentImage.tensor.shape.join() !== first.tensor.shape.join()) {
    throw new WildstyleError(
      'shape-mismatch',
      `The recipe starts from the style image, but its shape [${first.tensor.shape}] differs from the content's shape [${contentImage.tensor.shape}].`,
      { cure: 'Resize the style image, or set init to content or noise.' },
    );
  }
  const entries = stagesOf(recipe).flatMap(({ sizePx }, stage) => [
    [sourceName.content(stage), scaled(contentImage, sizePx / recipe.size)],
    ...styleImages.map((style, i) => [
      sourceName.style(stage, styleRoles[i]),
      scaled(style, sizePx / recipe.size),
    ]),
  ]);
  const initialStyle = scaled(first, stagesOf(recipe)[0].sizePx / recipe.size);
  return Object.fromEntries([...entries, [sourceName.initialStyle, initialStyle]]);
}

function scaled(source: Source, scale: number): Source {
  if (scale === 1) return source;
  const { key, tensor, mask } = source;
  const [, height, width, channels] = tensor.shape;
  const [newHeight, newWidth] = [height, width].map((edge) =>
    Math.max(minimumEdgePx, Math.round(edge * scale)),
  );
  const shape = [1, newHeight, newWidth, channels];
  return {
    key: `${key};${shape.join('x')}`,
    tensor: resizeTensor(tensor, shape),
    mask: mask && resizeMask(mask, { heightPx: newHeight, widthPx: newWidth }),
  };
}

/** Converts an array to a batch of one: `[1, height, width, 3]`. @throws `shape-mismatch` */
export function asBatch({ data, shape }: HostTensor, what: string, recipe: OptimizeRecipe): HostTensor {
  const [height, width, channels] = shape.length === 4 && shape[0] === 1 ? shape.slice(1) : shape;
  if (!(data instanceof Float32Array)) {
    throw new WildstyleError('shape-mismatch', `The ${what}'s data must be a Float32Array.`, {
      cure: 'Convert it with Float32Array.from(...), to RGB in [0, 1].',
    });
  }
  const isImage = [3, 4].includes(shape.length) && channels === 3 && [height, width].every(Number.isInteger);
  if (!isImage || data.length !== height * width * 3) {
    throw new WildstyleError(
      'shape-mismatch',
      `The ${what} must have shape [height, width, 3] or [1, height, width, 3] with a matching number of values, not shape [${shape}] with ${data.length} values.`,
    );
  }
  const { minimumSizePx } = networks[recipe.network];
  if (Math.min(height, width) < minimumSizePx) {
    throw new WildstyleError(
      'shape-mismatch',
      `The ${what} is ${width} x ${height} pixels; the network ${recipe.network} needs at least ${minimumSizePx} x ${minimumSizePx}.`,
    );
  }
  return { data, shape: [1, height, width, 3] };
}

/** Returns the image if all its values are finite. @throws `option-invalid` */
export function asFinite(image: HostTensor, what: string): HostTensor {
  const index = image.data.findIndex((value) => !Number.isFinite(value));
  if (index < 0) return image;
  throw new WildstyleError(
    'option-invalid',
    `The ${what} has the value ${image.data[index]} at index ${index}; values must be finite.`,
  );
}

/** Allows for rounding in the caller's computations. */
const rangeTolerance = 1e-3;

/**
 * Converts a content or style array to a source. Unlike the image being optimized, its values must be colors in [0, 1].
 * @throws `shape-mismatch`, `option-invalid`, `mask-invalid`
 */
export function arraySource(image: ArrayImage, what: string, recipe: OptimizeRecipe): Source {
  const tensor = asBatch('mask' in image ? image.image : image, what, recipe);
  const { data, shape } = tensor;
  const index = data.findIndex((value) => !(value >= -rangeTolerance && value <= 1 + rangeTolerance));
  if (index >= 0) {
    throw new WildstyleError(
      'option-invalid',
      `The ${what} has the value ${data[index]} at index ${index}; values must be RGB in [0, 1].`,
      {
        cure: 'Divide bytes by 255, and clamp the result of an optimization.',
      },
    );
  }
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const key = `${shape.join('x')};${sha256(bytes)}`;
  return { key, tensor, ...('mask' in image && { mask: maskOfArray(image.mask, shape, what) }) };
}
