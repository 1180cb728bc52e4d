/** Computes the shape of a decoded image. Pure arithmetic, no pixels. @module */
import { WildstyleError } from '../errors.js';

/** Width and height in pixels. */
export interface ImageShape {
  readonly widthPx: number;
  readonly heightPx: number;
}

/** A target shape that depends on the image. */
export interface FittedTarget {
  /** Long edge of the result, in pixels. */
  readonly sizePx: number;
  /**
   * - `keep`: keep the aspect ratio, except for the few pixels that {@link fitShape} crops
   * - `crop`: crop to the centered square
   * - `stretch`: distort to a square
   */
  readonly fit: 'keep' | 'crop' | 'stretch';
  /** With `keep`, the short edge is a multiple of this, to limit the number of distinct shapes; default 16. */
  readonly multiple?: number;
}

/** The target of a resize. For an exact shape, the image is scaled to cover it and the excess is cropped. */
export type DecodeTarget = FittedTarget | ImageShape;

/** The minimum edge length, even at extreme aspect ratios. Networks downsample by 16. */
export const minimumEdgePx = 32;
/** The largest size of an image that a recipe can ask for. */
export const maximumSizePx = 4096;

/**
 * Returns the shape of an image after resizing. With `keep`, the long edge is `sizePx`. The short edge is rounded to
 * the nearest multiple of `multiple`, but is at least {@link minimumEdgePx} (rounded up to a multiple) and at most
 * `sizePx`; near-squares become squares even if `sizePx` is not a multiple. An exact target is returned as is. The
 * image is scaled to cover the shape and cropped evenly on both sides, by at most half a multiple, except for panoramas
 * narrower than the minimum, which lose their ends.
 * @throws `option-invalid` if a size is not a positive integer
 */
export function fitShape(widthPx: number, heightPx: number, target: DecodeTarget): ImageShape {
  assertPositive({ widthPx, heightPx });
  if (!('sizePx' in target)) {
    assertPositive({ 'target.widthPx': target.widthPx, 'target.heightPx': target.heightPx });
    return { widthPx: target.widthPx, heightPx: target.heightPx };
  }
  const { sizePx, fit, multiple = 16 } = target;
  assertPositive({ sizePx, multiple });
  if (fit !== 'keep') return { widthPx: sizePx, heightPx: sizePx };
  const exactPx = (sizePx * Math.min(widthPx, heightPx)) / Math.max(widthPx, heightPx);
  const shortPx = shortEdge(exactPx, sizePx, multiple);
  return widthPx >= heightPx
    ? { widthPx: sizePx, heightPx: shortPx }
    : { widthPx: shortPx, heightPx: sizePx };
}

function assertPositive(sizes: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(sizes)) {
    if (!Number.isInteger(value) || value < 1) {
      throw new WildstyleError('option-invalid', `${name} must be a positive integer, not ${value}`);
    }
  }
}

function shortEdge(exactPx: number, sizePx: number, multiple: number): number {
  const roundedPx = Math.round(exactPx / multiple) * multiple;
  const nearestPx = sizePx - exactPx <= Math.abs(roundedPx - exactPx) ? sizePx : roundedPx;
  const leastPx = Math.ceil(minimumEdgePx / multiple) * multiple;
  return Math.min(Math.max(nearestPx, leastPx), sizePx);
}

/** Photographs are most often 4:3. */
const usualAspect = 0.75;

/** Pixels of a fitted photograph, where its shape is not known yet. */
export function usualPixels({ sizePx, fit }: Pick<FittedTarget, 'sizePx' | 'fit'>): number {
  return sizePx ** 2 * (fit === 'keep' ? usualAspect : 1);
}

/** Pixels of the smallest image that a target may give. */
export function leastPixels({ sizePx, fit }: Pick<FittedTarget, 'sizePx' | 'fit'>): number {
  return sizePx * (fit === 'keep' ? Math.min(minimumEdgePx, sizePx) : sizePx);
}
