/** The part of an image that a term looks at. @module */
import * as tf from '@tensorflow/tfjs';
import type { Named } from '../../../engine/engine.js';

/** Number of places of a source image in each region: as many as a loss may read. */
export const sourcePlaces = 4096;

/** One of several regions: a number from 0, and how many there are. */
export interface RegionPlace {
  readonly index: number;
  readonly count: number;
}

/** What is known of the regions of an image. */
export interface Guide {
  /** How much each position of a layer belongs to each region, by layer: `[batch, positions, regions]`, mean 1. */
  readonly weights: Named<tf.Tensor>;
  /** Places in each region of a source image, `[batch, regions, places, 2]` as shares of height and width. */
  readonly places?: tf.Tensor | undefined;
}

/** A region of one layer. */
export interface RegionView {
  /** How much each position belongs to it, `[batch, positions, 1]`, mean 1. */
  readonly weights: tf.Tensor3D;
  /** Places in it, of a source image: `[batch, places, 2]`. */
  readonly places?: tf.Tensor3D | undefined;
}

/** A region of a layer, or undefined for a term that looks at the whole image. */
export function viewOf(
  region: RegionPlace | undefined,
  guide: Guide | undefined,
  layer: string,
): RegionView | undefined {
  if (!region || !guide) return undefined;
  const weights = guide.weights[layer] as tf.Tensor3D;
  const [batch, positions] = weights.shape;
  return {
    weights: tf.slice(weights, [0, 0, region.index], [batch, positions, 1]),
    places: placesOfRegion(region, guide),
  };
}

/** The places of a source image in a region: `[batch, places, 2]`. */
export function placesOfRegion(
  region: RegionPlace | undefined,
  guide: Guide | undefined,
): tf.Tensor3D | undefined {
  if (!region || !guide?.places) return undefined;
  const [batch, , places] = guide.places.shape;
  const own = tf.slice(guide.places, [0, region.index, 0, 0], [batch, 1, places ?? 0, 2]);
  return tf.reshape(own, [batch, places ?? 0, 2]);
}
