/** The parametrizations by name. To add one, create a file next to this one and add a line here. @module */
import { laplacian } from './laplacian.js';
import type { Parametrization } from './parametrization.js';
import { pixelValues } from './pixels.js';

export const parametrizations = { pixels: pixelValues, laplacian } satisfies Record<string, Parametrization>;

export type ParametrizationName = keyof typeof parametrizations;
export const parametrizationNames = Object.keys(parametrizations) as [
  ParametrizationName,
  ...ParametrizationName[],
];
