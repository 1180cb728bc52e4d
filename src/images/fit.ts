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
   * - `keep`: keep the aspect ratio and every part of the image
   * - `crop`: crop to the centered square
   * - `stretch`: distort to a square
   */
  readonly fit: 'keep' | 'crop' | 'stretch';
  /**
   * With `keep`: the short edge is a multiple of this, and at least {@link minimumEdgePx}; the excess is cropped. Limits the
   * number of distinct shapes. Default: the short edge has the length that the aspect ratio asks for.
   */
  readonly multiple?: number;
}

/** The target of a resize. For an exact shape, the image is scaled to cover it and the excess is cropped. */
export type DecodeTarget = FittedTarget | ImageShape;

/** The smallest edge that networks take: they downsample by 16. */
export const minimumEdgePx = 32;
/** The largest size of an image that a recipe can ask for. */
export const maximumSizePx = 4096;

/**
 * Returns the shape of an image after resizing. With `keep`, the long edge is `sizePx`, and the short edge is rounded to
 * whole pixels, so that nothing is cropped. With a `multiple`, the short edge is rounded to the nearest multiple of it, but
 * is at least {@link minimumEdgePx} (rounded up to a multiple) and at most `sizePx`; near-squares become squares even if
 * `sizePx` is not a multiple. The image is then scaled to cover the shape and cropped evenly on both sides. An exact target
 * is returned as is.
 * @throws `option-invalid` if a size is not a positive integer
 */
export function fitShape(widthPx: number, heightPx: number, target: DecodeTarget): ImageShape {
  assertPositive({ widthPx, heightPx });
  if (!('sizePx' in target)) {
    assertPositive({ 'target.widthPx': target.widthPx, 'target.heightPx': target.heightPx });
    return { widthPx: target.widthPx, heightPx: target.heightPx };
  }
  const { sizePx, fit, multiple } = target;
  assertPositive({ sizePx, ...(multiple !== undefined && { multiple }) });
  if (fit !== 'keep') return { widthPx: sizePx, heightPx: sizePx };
  const exactPx = (sizePx * Math.min(widthPx, heightPx)) / Math.max(widthPx, heightPx);
  const shortPx =
    multiple === undefined ? Math.max(1, Math.round(exactPx)) : shortEdge(exactPx, sizePx, multiple);
  return widthPx >= heightPx
    ? { widthPx: sizePx, heightPx: shortPx }
    : { widthPx: shortPx, heightPx: sizePx };
}

/** Whether an image is resized to the whole target, without cropping. */
export const isWhole = (target: DecodeTarget): boolean =>
  'sizePx' in target &&
  (target.fit === 'stretch' || (target.fit === 'keep' && target.multiple === undefined));

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

/** Pixels of the smallest image that is worked on for a target. */
export function leastPixels({ sizePx, fit }: Pick<FittedTarget, 'sizePx' | 'fit'>): number {
  return sizePx * (fit === 'keep' ? Math.min(minimumEdgePx, sizePx) : sizePx);
}
