/**
 * Working shapes. Photographs come in hundreds of aspect ratios, and each shape needs a graph of its own. So images are
 * worked on in few shapes: padded by reflection, and cropped back at the end.
 * @module
 */
import type { HostTensor, Shape } from '../../../engine/engine.js';
import { minimumEdgePx } from '../../../images/fit.js';
import type { Mask } from '../../../images/mask.js';
import { padByReflection } from '../../../images/reflect.js';
import type { Source } from '../../method.js';

/** Edges are multiples of this. Finer ones pad less, coarser ones need fewer graphs. */
const multiplePx = 8;

const workingEdge = (px: number): number => Math.max(minimumEdgePx, Math.ceil(px / multiplePx) * multiplePx);

/** The shape in which an image is worked on. @param image `[batch, height, width, channels]` */
export const workingShape = ([batch, height, width, channels]: Shape): Shape => [
  batch,
  workingEdge(height),
  workingEdge(width),
  channels,
];

/** An image in its working shape. */
export const padded = (image: HostTensor): HostTensor => padByReflection(image, workingShape(image.shape));

/** A source in its working shape, its mask included. Its key tells it from the source without padding. */
export function paddedSource(source: Source): Source {
  const tensor = padded(source.tensor);
  if (tensor === source.tensor) return source;
  return { key: `${source.key};padded`, tensor, mask: source.mask && paddedMask(source.mask, tensor.shape) };
}

function paddedMask(mask: Mask, [, height, width]: Shape): Mask {
  const indexes = { data: Float32Array.from(mask.indexes), shape: [1, mask.height, mask.width, 1] };
  const { data } = padByReflection(indexes, [1, height, width, 1]);
  return { ...mask, key: `${mask.key};padded`, height, width, indexes: Uint8Array.from(data) };
}
