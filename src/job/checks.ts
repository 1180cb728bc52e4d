/** What no schema can say about a job: its layers must be layers of the networks that it may draw. @module */
import { type NetworkName, networkNames, networks } from '../stylize/networks/index.js';
import { isDistribution } from './distribution.js';
import { type Problem, showPath } from './problem.js';
import type { DistributedRecipe } from './schema.js';
import { didYouMean, nearest } from './suggest.js';
import type { Path } from './zod-walk.js';

/** The networks that a recipe may draw; `auto` may be any. */
export function possibleNetworks(recipe: DistributedRecipe): NetworkName[] {
  const names = new Set<string>(possibleValues(recipe.network).map(String));
  return names.has('auto') ? [...networkNames] : networkNames.filter((name) => names.has(name));
}

/** The problems of layer names that no network of the recipe has. */
export function checkLayers(recipe: DistributedRecipe): Problem[] {
  const possible = possibleNetworks(recipe);
  const known = new Set(possible.flatMap((name) => networks[name].layers));
  const sides = ['content', 'style'] as const;
  return sides.flatMap((side) =>
    layersIn(recipe[side].layers, ['recipe', side, 'layers'])
      .filter(({ layer }) => !known.has(layer))
      .map(({ layer, path, at }) => {
        const cure = nearest(layer, known)
          ? didYouMean(layer, known)
          : `; known are ${[...known].join(', ')}`;
        const message = `${showPath(path)}: ${possible.join(' and ')} has no layer "${layer}"${cure}`;
        return { path, at, message };
      }),
  );
}

function possibleValues(value: unknown): unknown[] {
  if (!isDistribution(value)) return [value];
  if (!('choice' in value)) return [];
  if (Array.isArray(value.choice)) return value.choice;
  return Object.entries(value.choice as Readonly<Record<string, number>>).flatMap(([name, weight]) =>
    weight > 0 ? [name] : [],
  );
}

function layersIn(layers: unknown, path: Path): { layer: string; path: Path; at: Problem['at'] }[] {
  if (typeof layers !== 'object' || layers === null) return [];
  if (isDistribution(layers)) {
    return possibleValues(layers).flatMap((choice, index) => layersIn(choice, [...path, 'choice', index]));
  }
  if (Array.isArray(layers))
    return layers.map((layer, index) => ({ layer, path: [...path, index], at: 'value' }));
  return Object.keys(layers).map((layer) => ({ layer, path: [...path, layer], at: 'key' }));
}
