/** Between pixels and the arrays that engines take. @module */
import type { HostTensor, Shape } from '../engine/engine.js';
import { sizeOf } from '../engine/shape.js';
import { WildstyleError } from '../errors.js';
import type { Pixels } from './pixels.js';

export type { Pixels } from './pixels.js';

/** Pixels as a batch of one: float RGB in [0, 1], shape `[1, height, width, 3]`. */
export function toTensor(pixels: Pixels): HostTensor {
  const data = new Float32Array(pixels.data.length);
  for (let index = 0; index < data.length; index++) data[index] = (pixels.data[index] as number) / 255;
  return { data, shape: [1, pixels.heightPx, pixels.widthPx, 3] };
}

/**
 * One image of floats as pixels: values below 0 and above 1 are clamped, the rest rounded to the nearest of 256 levels,
 * halves upwards.
 * @param data float RGB in [0, 1], row by row
 * @param shape `[1, height, width, 3]` or `[height, width, 3]`
 * @throws `shape-mismatch` when shape and length do not belong together
 * @throws `loss-diverged` when a value is not a number: such an image must not be published
 */
export function toPixels(data: Float32Array, shape: Shape): Pixels {
  const [heightPx = 0, widthPx = 0, channels = 0] = shape.slice(-3);
  const batch = shape.length === 3 ? 1 : shape[0];
  if (shape.length < 3 || shape.length > 4 || batch !== 1 || channels !== 3) {
    throw new WildstyleError(
      'shape-mismatch',
      `an image has the shape [1, height, width, 3], not [${shape.join(', ')}]`,
    );
  }
  if (data.length !== sizeOf(shape)) {
    throw new WildstyleError(
      'shape-mismatch',
      `${data.length} values do not fill the shape [${shape.join(', ')}]`,
    );
  }
  const bytes = new Uint8Array(data.length);
  for (let index = 0; index < data.length; index++) {
    const value = data[index] as number;
    if (Number.isNaN(value)) throw notANumber(index, widthPx);
    bytes[index] = Math.floor(Math.min(Math.max(value, 0), 1) * 255 + 0.5);
  }
  return { data: bytes, widthPx, heightPx };
}

function notANumber(index: number, widthPx: number): WildstyleError {
  const pixel = Math.floor(index / 3);
  const place = `x ${pixel % widthPx}, y ${Math.floor(pixel / widthPx)}, channel ${index % 3}`;
  return new WildstyleError('loss-diverged', `the image holds a value that is not a number (${place})`);
}
