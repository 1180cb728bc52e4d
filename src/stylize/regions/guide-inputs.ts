/** What guided terms are given: inputs of the step and of the target functions. @module */
import type { HostTensor, Shape } from '../../engine/engine.js';
import { WildstyleError } from '../../errors.js';
import { layersOf, type NamedTerm, type Spec } from '../spec.js';
import { sourcePlaces } from '../terms/shared/region.js';
import { pixels } from '../terms/term.js';
import { guideName } from './guide-name.js';
import { placesIn, positionWeights, type Regions } from './regions.js';

const isGuided = ({ term }: NamedTerm): boolean => term.isGuided === true;

/**
 * The weights of positions for the layers that guided terms read.
 * @param image `[1, height, width, 3]`
 */
export function weightInputs(
  { network, terms }: Pick<Spec, 'network' | 'terms'>,
  regions: Regions | undefined,
  image: Shape,
): Record<string, HostTensor> {
  const guided = terms.filter(isGuided);
  if (guided.length === 0) return {};
  if (!regions) throw new WildstyleError('internal', 'The objective needs regions, but the image has none.');
  const layers = [pixels, ...layersOf(guided)].filter((layer) =>
    guided.some(({ term }) => term.layers.includes(layer)),
  );
  return Object.fromEntries(
    layers.map((layer) => {
      const [, height, width] = layer === pixels ? image : network.shapeAt(layer, image);
      return [guideName.weights(layer), positionWeights(regions, height, width)];
    }),
  );
}

/** The weights of positions of a source image, and fixed places in each region, `[1, regions, places, 2]`. */
export function sourceInputs(
  spec: Pick<Spec, 'network' | 'terms'>,
  regions: Regions | undefined,
  image: Shape,
): Record<string, HostTensor> {
  if (!spec.terms.some(isGuided)) return {};
  const weights = weightInputs(spec, regions, image);
  const count = regions?.pixels.length ?? 0;
  const data = new Float32Array(count * sourcePlaces * 2);
  for (let region = 0; regions && region < count; region++)
    data.set(placesIn(regions, region, sourcePlaces, 0), region * sourcePlaces * 2);
  return {
    ...weights,
    [guideName.places]: { data, shape: [1, count, sourcePlaces, 2] },
  };
}
