/**
 * Places of an image where local losses read features. Images with few positions are read whole; others at a fixed number
 * of places, spread evenly (Roberts 2018, the sequence R2) and shifted by two drawn numbers (Cranley & Patterson 1976).
 * @module
 */
import * as tf from '@tensorflow/tfjs';
import type { Named, Shape } from '../../../engine/engine.js';
import type { CountParameter } from '../parameters.js';
import type { StepInput } from '../term.js';
import { type RegionPlace, type RegionView, sourcePlaces } from './region.js';

/** The name of the drawn shift. */
export const shiftName = 'shift';

/** The parameter `places` of a local loss. Losses of all pairs of places need a lower maximum. */
export const placesParameter = (usual: number, max = 4096): CountParameter => ({
  kind: 'count',
  default: usual,
  min: 16,
  max,
  describe: 'Number of places of the image at which the loss reads features; memory and time grow with it',
});

/** The name of places that are drawn in a region. */
const placesName = 'places';
/** The fewest places in a region. */
const fewestPlaces = 16;

/** The number of places in one of several regions: together, they have about as many as a whole image. */
const placesEach = (places: number, { count }: RegionPlace): number =>
  Math.min(sourcePlaces, Math.max(fewestPlaces, Math.ceil(places / count)));

/**
 * What a loss that reads an image of this size at some places draws for each step: a shift of places that are spread over the
 * whole image, or places in a region.
 * @param size height and width
 */
export function shiftInput([height, width]: Shape, places: number, region?: RegionPlace): Named<StepInput> {
  if (region) {
    const shape = [placesEach(places, region), 2];
    return { [placesName]: { shape, kind: 'places', region: region.index } };
  }
  return height * width <= places ? {} : { [shiftName]: { shape: [2], kind: 'uniform' } };
}

/** The reciprocals of the plastic number and of its square. */
const ratios = [0.7548776662466927, 0.5698402909980532] as const;

/** Places in the unit square, `[1, places, 2]`. */
function spread(places: number): tf.Tensor3D {
  const numbers = Float32Array.from({ length: 2 * places }, (_, i) => {
    const value = 0.5 + (i >> 1) * ratios[i % 2];
    return value - Math.floor(value);
  });
  return tf.tensor3d(numbers, [1, places, 2]);
}

/** Whole rows and columns, `[batch, places, 1]` each, of places in an image. They are places of every layer of it. */
export interface Places {
  readonly down: tf.Tensor3D;
  readonly across: tf.Tensor3D;
}

/**
 * Places as shares of height and width, `[batch, places, 1]` each in [0, 1).
 * @param shift `[batch, 2]`, or undefined for the unshifted places
 */
export function placesOf(batch: number, places: number, shift: tf.Tensor | undefined): Places {
  const even = spread(places);
  const moved = shift ? tf.add(even, tf.reshape(shift, [batch, 1, 2])) : tf.tile(even, [batch, 1, 1]);
  const inside = tf.sub(moved, tf.floor(moved)) as tf.Tensor3D;
  const [down, across] = [0, 1].map((axis) => tf.slice(inside, [0, 0, axis], [batch, places, 1]));
  return { down, across };
}

/** All positions of a layer, in order, as places of an image: `[batch, height * width, 1]` each. */
export function everyPlace(batch: number, height: number, width: number): Places {
  const share = (of: (i: number) => number) => {
    const row = Float32Array.from({ length: height * width }, (_, i) => of(i));
    return tf.tile(tf.tensor3d(row, [1, height * width, 1]), [batch, 1, 1]);
  };
  return {
    down: share((i) => (Math.floor(i / width) + 0.5) / height),
    across: share((i) => ((i % width) + 0.5) / width),
  };
}

/**
 * The features of a layer at places. Beyond the border they are those of the nearest position.
 * @param layer `[batch, height, width, channels]`
 * @param offset rows and columns to move the places by
 * @returns `[batch, places, channels]`
 */
export function featuresAt(
  layer: tf.Tensor4D,
  { down, across }: Places,
  offset: readonly [number, number] = [0, 0],
): tf.Tensor3D {
  const [batch, height, width, channels] = layer.shape;
  const places = down.shape[1];
  const index = (share: tf.Tensor, size: number, by: number) => {
    const moved = tf.add(tf.floor(tf.mul(share, size)), by);
    return tf.cast(tf.clipByValue(moved, 0, size - 1), 'int32');
  };
  const rows = index(down, height, offset[0]);
  const columns = index(across, width, offset[1]);
  const first = tf.tensor3d(
    Int32Array.from({ length: batch }, (_, item) => item * height * width),
    [batch, 1, 1],
    'int32',
  );
  const width32 = tf.scalar(width, 'int32');
  const flat = tf.reshape(tf.add(tf.add(first, tf.mul(rows, width32)), columns), [batch * places]);
  const all = tf.reshape(layer, [batch * height * width, channels]);
  return tf.reshape(tf.gather(all, tf.cast(flat, 'int32')), [batch, places, channels]);
}

/** Where places come from. */
export interface PlaceSource {
  /** The inputs that {@link shiftInput} declares; without them, the places are always the same. */
  readonly drawn?: Named<tf.Tensor>;
  /** The region of a source image. */
  readonly region?: Pick<RegionView, 'places'> | undefined;
}

/**
 * The places of an image at which a loss reads features: every position of a layer if there are no more than `places`, else
 * some; in a region always some.
 * @param layer shape of the layer, `[batch, height, width, channels]`
 */
export function placesIn(
  [batch, height, width]: Shape,
  places: number,
  region: RegionPlace | undefined,
  { drawn = {}, region: view }: PlaceSource,
): Places {
  if (!region)
    return height * width <= places
      ? everyPlace(batch, height, width)
      : placesOf(batch, places, drawn[shiftName]);
  const count = placesEach(places, region);
  const all = drawn[placesName] ?? tf.slice(view?.places as tf.Tensor, [0, 0, 0], [batch, count, 2]);
  const [down, across] = [0, 1].map((axis) => tf.slice(all, [0, 0, axis], [batch, count, 1]) as tf.Tensor3D);
  return { down, across };
}

/**
 * The features of a layer at its places: all of them if there are no more than `places`, else at drawn ones.
 * @returns `[batch, min(places, height * width), channels]`, or fewer in a region
 */
export function sampled(
  layer: tf.Tensor4D,
  places: number,
  region: RegionPlace | undefined,
  source: PlaceSource,
): tf.Tensor3D {
  const [batch, height, width, channels] = layer.shape;
  if (!region && height * width <= places) return tf.reshape(layer, [batch, height * width, channels]);
  return featuresAt(layer, placesIn(layer.shape, places, region, source));
}
