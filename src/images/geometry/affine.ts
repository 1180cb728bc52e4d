/** Affine maps of image coordinates. @module */
import type { FittedTarget, ImageShape } from '../fit.js';

/** Maps (x, y) to (xx x + xy y + x0, yx x + yy y + y0). */
export interface Affine {
  readonly xx: number;
  readonly xy: number;
  readonly x0: number;
  readonly yx: number;
  readonly yy: number;
  readonly y0: number;
}

/** The map of an image to its decoded pixels: scaled to the shape, or to cover it and cropped evenly. */
export function fitting(source: ImageShape, target: ImageShape, fit: FittedTarget['fit']): Affine {
  const scale = Math.max(target.widthPx / source.widthPx, target.heightPx / source.heightPx);
  const axis = (from: number, to: number): [scale: number, offset: number] => {
    // The decoder scales to whole pixels, and crops whole pixels, the odd one on the near side.
    const scaled = fit !== 'crop' ? to : Math.max(to, Math.round(from * scale));
    return [scaled / from, -Math.floor((scaled - to + 1) / 2)];
  };
  const [xx, x0] = axis(source.widthPx, target.widthPx);
  const [yy, y0] = axis(source.heightPx, target.heightPx);
  return { xx, xy: 0, x0, yx: 0, yy, y0 };
}

/** The map from stored pixels to those with the EXIF orientation applied. @param shape of the stored image */
export function orienting(orientation: number, { widthPx: w, heightPx: h }: ImageShape): Affine {
  const maps: Readonly<Record<number, readonly number[]>> = {
    2: [-1, 0, w, 0, 1, 0],
    3: [-1, 0, w, 0, -1, h],
    4: [1, 0, 0, 0, -1, h],
    5: [0, 1, 0, 1, 0, 0],
    6: [0, -1, h, 1, 0, 0],
    7: [0, -1, h, -1, 0, w],
    8: [0, 1, 0, -1, 0, w],
  };
  const [xx, xy, x0, yx, yy, y0] = maps[orientation] ?? [1, 0, 0, 0, 1, 0];
  return { xx, xy, x0, yx, yy, y0 };
}

/** First one map, then another. */
export function chain(first: Affine, then: Affine): Affine {
  const [x0, y0] = apply(then, first.x0, first.y0);
  return {
    xx: then.xx * first.xx + then.xy * first.yx,
    xy: then.xx * first.xy + then.xy * first.yy,
    x0,
    yx: then.yx * first.xx + then.yy * first.yx,
    yy: then.yx * first.xy + then.yy * first.yy,
    y0,
  };
}

export function apply({ xx, xy, x0, yx, yy, y0 }: Affine, x: number, y: number): [x: number, y: number] {
  return [xx * x + xy * y + x0, yx * x + yy * y + y0];
}

export function inverse({ xx, xy, x0, yx, yy, y0 }: Affine): Affine {
  const determinant = xx * yy - xy * yx;
  const [a, b, c, d] = [yy, -xy, -yx, xx].map((value) => value / determinant);
  return { xx: a, xy: b, x0: -(a * x0 + b * y0), yx: c, yy: d, y0: -(c * x0 + d * y0) };
}
