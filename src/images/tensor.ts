/** Converts between pixels and engine tensors. @module */
import type { HostTensor, Shape } from '../engine/engine.js';
import { sizeOf } from '../engine/shape.js';
import { WildstyleError } from '../errors.js';
import type { Pixels } from './pixels.js';

export type { Pixels } from './pixels.js';

/** Converts pixels to a batch of one: float RGB in [0, 1], shape `[1, height, width, 3]`. */
export function toTensor(pixels: Pixels): HostTensor {
  const data = new Float32Array(pixels.data.length);
  for (let index = 0; index < data.length; index++) data[index] = (pixels.data[index] as number) / 255;
  return { data, shape: [1, pixels.heightPx, pixels.widthPx, 3] };
}

/**
 * Converts one float image to pixels. Values are clamped to [0, 1] and rounded to the nearest of 256 levels, with
 * halves rounded up.
 * @param data float RGB in [0, 1], row by row
 * @param shape `[1, height, width, 3]` or `[height, width, 3]`
 * @throws `shape-mismatch` if the shape is not a single RGB image or does not match the length of the data
 * @throws `loss-diverged` if a value is NaN, because such an image must not be published
 */
export function toPixels(data: Float32Array, shape: Shape): Pixels {
  const [heightPx = 0, widthPx = 0, channels = 0] = shape.slice(-3);
  const batch = shape.length === 3 ? 1 : shape[0];
  if (shape.length < 3 || shape.length > 4 || batch !== 1 || channels !== 3) {
    throw new WildstyleError(
      'shape-mismatch',
      `an image must have the shape [1, height, width, 3], not [${shape.join(', ')}]`,
    );
  }
  if (data.length !== sizeOf(shape)) {
    throw new WildstyleError(
      'shape-mismatch',
      `${data.length} values do not match the shape [${shape.join(', ')}]`,
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
  return new WildstyleError('loss-diverged', `the image contains NaN (${place})`);
}
