/** Where augmentations move things. @module */

import type { ImageShape } from '../fit.js';
import { type Affine, chain } from '../geometry/affine.js';
import type { Augmentation } from './parameters.js';

const identity: Affine = { xx: 1, xy: 0, x0: 0, yx: 0, yy: 1, y0: 0 };

/**
 * The map from places in an image to places in the augmented image, in pixels from the left and the top edge; undefined if
 * nothing moves. The augmented image has the same shape.
 */
export function geometryOf({ flip, affine, crop }: Augmentation, shape: ImageShape): Affine | undefined {
  if (!flip && !affine && !crop) return undefined;
  const { widthPx, heightPx } = shape;
  let map = identity;
  if (flip) {
    const [x, y] = [flip !== 'vertical', flip !== 'horizontal'];
    map = { xx: x ? -1 : 1, xy: 0, x0: x ? widthPx : 0, yx: 0, yy: y ? -1 : 1, y0: y ? heightPx : 0 };
  }
  if (affine) map = chain(map, aroundCenter(affine, shape));
  if (crop) {
    const scale = 1 / crop.share;
    const offset = (place: number, edge: number) => -place * edge * (scale - 1);
    map = chain(map, {
      xx: scale,
      xy: 0,
      x0: offset(crop.x, widthPx),
      yx: 0,
      yy: scale,
      y0: offset(crop.y, heightPx),
    });
  }
  return map;
}

function aroundCenter(
  { rotate, scale, shear, x, y }: NonNullable<Augmentation['affine']>,
  { widthPx, heightPx }: ImageShape,
): Affine {
  const [turn, slant] = [rotate, shear].map((degrees) => (degrees * Math.PI) / 180);
  const [cos, sin, tan] = [Math.cos(turn), Math.sin(turn), Math.tan(slant)];
  const linear = {
    xx: scale * cos,
    xy: scale * (cos * tan - sin),
    yx: scale * sin,
    yy: scale * (sin * tan + cos),
  };
  const [cx, cy] = [widthPx / 2, heightPx / 2];
  return {
    ...linear,
    x0: cx + x * widthPx - linear.xx * cx - linear.xy * cy,
    y0: cy + y * heightPx - linear.yx * cx - linear.yy * cy,
  };
}
