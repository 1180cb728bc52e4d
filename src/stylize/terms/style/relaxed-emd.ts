/**
 * The style loss `relaxedEmd`: the relaxed earth mover's distance of hypercolumns, with moments and palette (Kolkin et al.
 * 2019, "Style Transfer by Relaxed Optimal Transport and Self-Similarity", eq. 4-9). Moments are relative to the style's and
 * compared layer by layer.
 * @module
 */
import * as tf from '@tensorflow/tfjs';
import { lossWith } from '../parameters.js';
import { columnsParameter, hypercolumnInputs, hypercolumns, plainColumns } from '../shared/hypercolumns.js';
import { cosineDistance, cosineDistances, nearestPairs, sideBySide } from '../shared/matching.js';
import { at, under } from '../shared/per-layer.js';
import { type PlaceSource, placesParameter } from '../shared/places.js';
import { placesOfRegion } from '../shared/region.js';
import { gaussianOf, itemMean, smallestScale } from '../shared/statistics.js';
import { pixels, shareOf, type Term } from '../term.js';

/** Added to squared distances of colors, because the square root has no finite slope at zero. */
const smallestSquare = 1e-5;

/** RGB to YUV (BT.601), as columns. */
const yuv = [
  [0.299, -0.14713, 0.615],
  [0.587, -0.28886, -0.51499],
  [0.114, 0.436, -0.10001],
];

function toYuv(colors: tf.Tensor3D): tf.Tensor3D {
  const [batch, places] = colors.shape;
  const flat = tf.matMul(tf.reshape(colors, [batch * places, 3]), tf.tensor2d(yuv));
  return tf.reshape(flat, [batch, places, 3]);
}

/** The larger of the mean distances from `x` to the nearest of `y`, and from `y` to the nearest of `x`: `[batch]`. */
const larger = (ofX: tf.Tensor2D, ofY: tf.Tensor2D): tf.Tensor1D =>
  tf.maximum(tf.mean(ofX, 1), tf.mean(ofY, 1));

function relaxedDistance(x: tf.Tensor3D, y: tf.Tensor3D): tf.Tensor1D {
  const nearest = nearestPairs(x, y, cosineDistances);
  return larger(cosineDistance(x, nearest.ofX), cosineDistance(nearest.ofY, y));
}

const euclidean = (square: tf.Tensor): tf.Tensor =>
  tf.sub(tf.sqrt(tf.add(square, smallestSquare)), Math.sqrt(smallestSquare));

const colorDistance = (x: tf.Tensor3D, y: tf.Tensor3D): tf.Tensor2D =>
  tf.add(cosineDistance(x, y), euclidean(tf.mean(tf.squaredDifference(x, y), 2)));

function colorDistances(x: tf.Tensor3D, y: tf.Tensor3D): tf.Tensor3D {
  const squares = (colors: tf.Tensor3D) => tf.mean(tf.square(colors), 2, true);
  const products = tf.div(tf.matMul(x, y, false, true), 1.5);
  const apart = tf.sub(tf.add(squares(x), tf.transpose(squares(y), [0, 2, 1])), products);
  return tf.add(cosineDistances(x, y), euclidean(tf.relu(apart)));
}

function paletteDistance(x: tf.Tensor3D, y: tf.Tensor3D): tf.Tensor1D {
  const nearest = nearestPairs(x, y, colorDistances);
  return larger(colorDistance(x, nearest.ofX), colorDistance(nearest.ofY, y));
}

/** The mean of absolute values, bounded from below by the size of a flat image's. */
const sizeOf = (x: tf.Tensor, bound: number): tf.Tensor1D => tf.maximum(itemMean(tf.abs(x)), bound);

const partNames = ['relaxedEmd', 'moments', 'palette'] as const;

export const relaxedEmd = lossWith(
  {
    moments: {
      kind: 'number',
      default: 1,
      min: 0,
      max: 100,
      describe: "Weight of means and covariances, relative to that of the earth mover's distance",
    },
    palette: {
      kind: 'number',
      default: 1,
      min: 0,
      max: 100,
      describe: "Weight of the colors, relative to that of the earth mover's distance",
    },
    columns: columnsParameter,
    places: placesParameter(1024),
  },
  ({ role, layers, region }, { columns: kind, places }): Term => {
    const isPlain = kind === 'plain';
    const own = [pixels, ...layers.filter((layer) => layer !== pixels)];
    const columnsOf = (features: Readonly<Record<string, tf.Tensor4D>>, source: PlaceSource) =>
      hypercolumns(Object.fromEntries(own.map((layer) => [layer, features[layer]])), places, region, source);
    return {
      layers: own,
      sources: [role],
      ...(region && { isGuided: true }),
      parts: partNames,
      numbers: isPlain ? [] : layers.map(shareOf),
      shares(_, { moments = 1, palette = 1 }) {
        const each = 1 / (1 + moments + palette);
        return { relaxedEmd: each, moments: each * moments, palette: each * palette };
      },
      stepInputs: (shapes) =>
        hypercolumnInputs(
          own.map((layer) => shapes[layer]),
          places,
          region,
        ),
      target(_, features, guide) {
        const columns = columnsOf(features, { region: { places: placesOfRegion(region, guide) } });
        const colors = toYuv(columns[pixels]);
        if (isPlain) {
          const all = plainColumns(columns);
          return { values: { colors, features: all, ...gaussianOf(all) }, scales: {} };
        }
        const values = layers.map((layer) => {
          const { mean, covariance } = gaussianOf(columns[layer]);
          return under<tf.Tensor>(layer, { features: columns[layer], mean, covariance });
        });
        return {
          values: Object.assign({ colors }, ...values),
          scales: {},
        };
      },
      value(features, targets, { drawn, numbers }) {
        const kept = targets[role] ?? {};
        const every = columnsOf(features, { drawn });
        const { [pixels]: colors, ...columns } = every;
        const palette = paletteDistance(toYuv(colors), kept.colors as tf.Tensor3D);
        if (isPlain) {
          const all = plainColumns(every);
          const { mean, covariance } = gaussianOf(all);
          const apart = [tf.sub(mean, kept.mean), tf.sub(covariance, kept.covariance)];
          return {
            relaxedEmd: relaxedDistance(all, kept.features as tf.Tensor3D),
            moments: tf.addN(apart.map((difference) => itemMean(tf.abs(difference)))),
            palette,
          };
        }
        if (layers.includes(pixels)) columns[pixels] = colors;
        const style = Object.fromEntries(
          layers.map((layer) => [layer, at(layer, kept).features as tf.Tensor3D]),
        );
        const moments = layers.map((layer) => {
          const { mean, covariance } = gaussianOf(columns[layer]);
          const target = at(layer, kept);
          const shift = tf.div(
            itemMean(tf.abs(tf.sub(mean, target.mean))),
            sizeOf(target.mean, smallestScale.linear),
          );
          const spread = tf.div(
            itemMean(tf.abs(tf.sub(covariance, target.covariance))),
            sizeOf(target.covariance, smallestScale.quadratic),
          );
          return tf.mul(tf.add(shift, spread), numbers[shareOf(layer)]) as tf.Tensor1D;
        });
        return {
          relaxedEmd: relaxedDistance(sideBySide(columns, numbers), sideBySide(style, numbers)),
          moments: tf.addN(moments),
          palette,
        };
      },
    };
  },
);
