/** Short names of recipe keys: `strength` for `recipe.style.strength`. @module */
import { WildstyleError } from '../errors.js';
import { keyGroups, recipeSchema } from '../methods/recipe.js';
import { didYouMean } from './messages/suggest.js';
import { knownKeys, schemaAt } from './messages/zod-walk.js';

/** Every key of a recipe, as a path below it. The keys of maps that are values of one parameter are not among them. */
function recipeKeys(): string[] {
  return knownKeys(recipeSchema).flatMap((key) => {
    const group = keyGroups.includes(key) ? schemaAt(recipeSchema, [key]) : undefined;
    return group ? knownKeys(group).map((below) => `${key}.${below}`) : [key];
  });
}

/**
 * Completes a key of a recipe: `steps` is `recipe.steps`, and `strength` is `recipe.style.strength`. Where content and style
 * have the same key, it is that of the style. Keys below a known key, such as `style.layers.relu1_1`, may be given, too.
 * @throws `option-invalid` for an unknown key
 */
export function recipeKey(short: string): string {
  const key = short.replace(/^recipe\./, '');
  const known = recipeKeys();
  if (known.includes(key) || known.some((one) => key.startsWith(`${one}.`))) return `recipe.${key}`;
  const ends = known.filter((one) => one.endsWith(`.${key}`));
  const found = ends.find((one) => one.startsWith('style.')) ?? ends[0];
  if (found) return `recipe.${found}`;
  const names = known.flatMap((one) => [one, one.slice(one.indexOf('.') + 1)]);
  throw new WildstyleError('option-invalid', `There is no recipe key "${short}"${didYouMean(key, names)}`, {
    cure: 'docs/formats.md lists the keys of a recipe.',
  });
}

/** Completes the key of `key=value`. Anything else is returned as it is, for others to explain. */
export function withRecipeKey(argument: string): string {
  const end = argument.indexOf('=');
  return end > 0 ? `${recipeKey(argument.slice(0, end).trim())}${argument.slice(end)}` : argument;
}
