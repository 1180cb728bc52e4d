/** What shape a decoded image gets: pure arithmetic, no pixels. @module */
import { WildstyleError } from '../errors.js';

/** Width and height in pixels. */
export interface ImageShape {
  readonly widthPx: number;
  readonly heightPx: number;
}

/** A shape that depends on the image. */
export interface FittedTarget {
  /** Long edge of the result. */
  readonly sizePx: number;
  /**
   * - `keep`: the aspect ratio is kept, but for the few pixels that {@link fitShape} crops
   * - `crop`: the centered square
   * - `stretch`: a square, distorted
   */
  readonly fit: 'keep' | 'crop' | 'stretch';
  /** With `keep`, the short edge is a multiple of this, so that few different shapes occur; default 16. */
  readonly multiple?: number;
}

/** How an image of any shape becomes one of a wanted size; an exact shape is covered, and what is too much cut off. */
export type DecodeTarget = FittedTarget | ImageShape;

/** No edge is made shorter than this, however extreme the aspect ratio: networks pool by 16. */
export const minimumEdgePx = 32;

/**
 * The shape that an image gets. With `keep`, the long edge is `sizePx` and the short edge is the nearest multiple of
 * `multiple`, but at least {@link minimumEdgePx} (rounded up to a multiple) and at most `sizePx`; near-squares become
 * squares even where `sizePx` is no multiple. An exact shape is itself. The image is scaled to cover that shape and what is too much is cut off
 * evenly: at most half a multiple, except for panoramas narrower than the minimum, which lose their ends.
 * @throws `option-invalid` when a size is not a positive integer
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
