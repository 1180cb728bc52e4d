/** The methods, by name: a new method is a folder beside this file and a line here. @module */
import type { Method } from './method.js';
import { optimize } from './optimize/optimize.js';

export const methods = { optimize } as const;

/** One of the methods' names; the first is the default. */
export type MethodName = keyof typeof methods;
export const methodNames = Object.keys(methods) as [MethodName, ...MethodName[]];

/** A resolved recipe: nothing optional, no `auto`. A union over the methods. */
export type ResolvedRecipe = ReturnType<(typeof methods)[MethodName]['resolve']>;

/** A method whose recipes are not told apart from those of others: it is only ever given its own. */
export type AnyMethod = Method<unknown, ResolvedRecipe, object>;

/** The method of a recipe. */
export function methodOf({ method }: { readonly method: MethodName }): AnyMethod {
  return methods[method] as unknown as AnyMethod;
}
