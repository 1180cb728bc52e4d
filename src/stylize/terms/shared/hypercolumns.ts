/** Features of several layers at the same places of an image (hypercolumns, Hariharan et al. 2015). @module */

import type { Tensor3D, Tensor4D } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import type { Named, Shape } from '../../../engine/engine.js';
import type { StepInput } from '../term.js';
import { featuresAt, type PlaceSource, placesIn, shiftInput } from './places.js';
import type { RegionPlace } from './region.js';

const areaOf = (shape: Shape): number => shape[1] * shape[2];

/** The layer with the most positions. */
const finest = (shapes: readonly Shape[]): Shape => shapes.reduce((a, b) => (areaOf(b) > areaOf(a) ? b : a));

/** What hypercolumns of an image draw for each step. @param shapes of the layers, `[batch, height, width, channels]` */
export function hypercolumnInputs(
  shapes: readonly Shape[],
  places: number,
  region?: RegionPlace,
): Named<StepInput> {
  const [, height, width] = finest(shapes);
  return shiftInput([height, width], places, region);
}

/**
 * Features of each layer at common places: every position of the finest layer if there are no more than `places`, else drawn
 * ones.
 * @param source has the inputs that {@link hypercolumnInputs} declares; without them, the places are always the same
 * @returns `[batch, places, channels]` each
 */
export function hypercolumns(
  layers: Named<Tensor4D>,
  places: number,
  region: RegionPlace | undefined,
  source: PlaceSource,
): Record<string, Tensor3D> {
  const shape = finest(Object.values(layers).map((layer) => layer.shape));
  const at = placesIn(shape, places, region, source);
  return Object.fromEntries(Object.entries(layers).map(([name, layer]) => [name, featuresAt(layer, at)]));
}

/** How hypercolumns are made of layers. */
export const columnsParameter = {
  kind: 'word',
  default: 'balanced',
  words: ['balanced', 'plain'],
  describe:
    'balanced: every layer counts by its share, whatever its size; plain: features of all layers and the pixels side by side, as published, so that weights of layers have no effect',
} as const;

/** Features of all layers at the same places as they are: `[batch, places, channels of all layers]`. */
export const plainColumns = (columns: Named<Tensor3D>): Tensor3D => tf.concat(Object.values(columns), 2);
