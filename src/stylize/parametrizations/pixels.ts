/** The pixels themselves. @module */
import * as tf from '@tensorflow/tfjs';
import type { Parametrization } from './parametrization.js';

export const pixelValues: Parametrization = {
  shape: (image) => image,
  encode: (image) => image,
  image: (variables) => variables,
  decode: (variables) => variables,
  // Colors are in [0, 1].
  project: (variables) => tf.clipByValue(variables, 0, 1),
};
