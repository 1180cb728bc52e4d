/**
 * The style loss `nearestNeighbor`: each place of the image is paired with the place of the style whose features, in all
 * layers together and relative to the style's mean, point in the most similar direction; then features are compared with
 * those of their partner (Kolkin et al. 2022, "Neural Neighbor Style Transfer", section 3). Partners are those of the image as
 * it is, found again in every step, or those of the content at the same places, which keeps its shapes.
 * @module
 */
import * as tf from '@tensorflow/tfjs';
import type { Named } from '../../../engine/engine.js';
import { lossWith } from '../parameters.js';
import { hypercolumnInputs, hypercolumns } from '../shared/hypercolumns.js';
import { cosineDistance, cosineDistances, nearestOf, sideBySide } from '../shared/matching.js';
import { at, under } from '../shared/per-layer.js';
import { placesParameter } from '../shared/places.js';
import { placesOfRegion } from '../shared/region.js';
import { meanOf, smallestScale } from '../shared/statistics.js';
import { shareOf, type Term } from '../term.js';

/** Places of the style for each place of the image: more to choose from. */
const stylePlaces = 2;

const gains = { cosine: 1.5, euclidean: 1 } as const;

export const nearestNeighbor = lossWith(
  {
    distance: {
      kind: 'word',
      default: 'cosine',
      words: ['cosine', 'euclidean'],
      describe:
        'How features are compared with those of their partner. cosine: only directions; euclidean: their size, too',
    },
    partners: {
      kind: 'word',
      default: 'image',
      words: ['image', 'content'],
      describe:
        'Whose features choose the partners. image: those of the current image; content: those of the content, as published, which needs no content loss',
    },
    places: placesParameter(1024),
  },
  ({ role, layers, region }, { distance, partners: chosenBy, places }): Term => ({
    layers,
    sources: chosenBy === 'content' ? [role, 'content'] : [role],
    ...(region && { isGuided: true }),
    parts: layers,
    numbers: layers.map(shareOf),
    gain: gains[distance],
    stepInputs: (shapes) =>
      hypercolumnInputs(
        layers.map((layer) => shapes[layer]),
        places,
        region,
      ),
    target(source, features, guide) {
      const own = Object.fromEntries(layers.map((layer) => [layer, features[layer]]));
      // The places differ from step to step.
      if (source === 'content') return { values: own, scales: {} };
      const columns = Object.entries(
        hypercolumns(own, stylePlaces * places, region, {
          region: { places: placesOfRegion(region, guide) },
        }),
      );
      const values = columns.map(([layer, style]) => {
        const mean = meanOf(style);
        const relative = tf.sub(style, mean) as tf.Tensor3D;
        const variance = tf.maximum(tf.mean(tf.square(relative), [1, 2]), smallestScale.linear);
        return under<tf.Tensor>(layer, { mean, relative, variance });
      });
      return { values: Object.assign({}, ...values), scales: {} };
    },
    value(features, targets, { drawn, numbers }) {
      const kept = targets[role] ?? {};
      const own = Object.fromEntries(layers.map((layer) => [layer, features[layer]]));
      const image = Object.fromEntries(
        Object.entries(hypercolumns(own, places, region, { drawn })).map(([layer, columns]) => [
          layer,
          tf.sub(columns, at(layer, kept).mean) as tf.Tensor3D,
        ]),
      );
      const style = Object.fromEntries(
        layers.map((layer) => [layer, at(layer, kept).relative as tf.Tensor3D]),
      );
      const relativeColumns = (content: Named<tf.Tensor4D>) => {
        const columns = hypercolumns(content, places, region, { drawn });
        return Object.fromEntries(
          Object.entries(columns).map(([layer, x]) => [layer, tf.sub(x, meanOf(x)) as tf.Tensor3D]),
        );
      };
      const choosing =
        chosenBy === 'content' ? relativeColumns(targets.content as Named<tf.Tensor4D>) : image;
      const partners = nearestOf(
        sideBySide(choosing, numbers),
        sideBySide(style, numbers),
        tf.concat(Object.values(style), 2),
        cosineDistances,
      );
      let first = 0;
      const parts = layers.map((layer): [string, tf.Tensor1D] => {
        const x = image[layer];
        const y = tf.slice(partners, [0, 0, first], [-1, -1, x.shape[2]]);
        first += x.shape[2];
        if (distance === 'cosine') return [layer, tf.mean(cosineDistance(x, y), 1)];
        const difference = tf.mean(tf.squaredDifference(x, y), [1, 2]);
        return [layer, tf.div(difference, at(layer, kept).variance)];
      });
      return Object.fromEntries(parts);
    },
  }),
);
