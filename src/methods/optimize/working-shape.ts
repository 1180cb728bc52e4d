/**
 * Working shapes. Photographs come in hundreds of aspect ratios, and each shape needs a graph of its own. So images are
 * worked on in few shapes: padded by reflection, and cropped back at the end.
 * @module
 */
import type { HostTensor, Shape } from '../../engine/engine.js';
import { minimumEdgePx } from '../../images/fit.js';
import { padByReflection } from '../../images/reflect.js';
import type { SourceImage } from '../../stylize/targets.js';

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

/** A source in its working shape. Its key tells it from the source without padding. */
export function paddedSource(source: SourceImage): SourceImage {
  const tensor = padded(source.tensor);
  return tensor === source.tensor ? source : { key: `${source.key};padded`, tensor };
}
