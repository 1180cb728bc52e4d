/** Random numbers that terms draw at every step. @module */
import type { Shape } from '../engine/engine.js';
import { sizeOf } from '../engine/shape.js';
import { WildstyleError } from '../errors.js';
import { drawNumber, keyOfSeed, normals, uniform } from '../random.js';
import { tensorName } from './objective.js';
import { placesIn, type Regions } from './regions/regions.js';
import { layersOf, type Spec } from './spec.js';
import { pixels, type StepInput } from './terms/term.js';

/**
 * The random numbers that a spec's terms draw at each step, keyed by input name.
 * @param image `[batch, height, width, 3]`
 */
export function stepInputsOf(spec: Spec, image: Shape): Record<string, StepInput> {
  const shapes: Record<string, Shape> = { [pixels]: image };
  for (const layer of layersOf(spec.terms)) shapes[layer] = spec.network.shapeAt(layer, image);
  return Object.fromEntries(
    spec.terms.flatMap(({ name, term }) =>
      Object.entries(term.stepInputs?.(shapes) ?? {}).map(([input, wanted]) => [
        tensorName.drawn(name, input),
        wanted,
      ]),
    ),
  );
}

/**
 * Draws the numbers for one step of one item. They depend only on the item's seed, the input's name, the step and the regions
 * of the image.
 */
export function drawStepInput(
  name: string,
  { shape, kind, region }: StepInput,
  seed: number,
  step: number,
  regions?: Regions,
): Float32Array {
  const [key, count] = [keyOfSeed(seed), sizeOf(shape)];
  const draw = drawNumber(`${name};${step}`);
  if (kind === 'normal') return normals(key, draw, count);
  if (kind === 'places') {
    if (!regions || region === undefined)
      throw new WildstyleError('internal', `${name} is drawn in a region, but the image has none.`);
    return placesIn(regions, region, shape[0], uniform(key, draw, 0));
  }
  return Float32Array.from({ length: count }, (_, i) => uniform(key, draw, i));
}
