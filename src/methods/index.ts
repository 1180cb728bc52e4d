/** The methods by name. To add one, create a file or folder next to this one and add a line here. @module */
import { colorTransfer } from './color-transfer.js';
import { fda } from './fda/fda.js';
import { histogram } from './histogram.js';
import type { Method } from './method.js';
import { none } from './none.js';
import { optimize } from './optimize/optimize.js';

export const methods = { optimize, fda, histogram, colorTransfer, none } as const;

/** The name of a method. The first one is the default. */
export type MethodName = keyof typeof methods;
export const methodNames = Object.keys(methods) as [MethodName, ...MethodName[]];

/** A resolved recipe: nothing optional, no `auto`. The union over all methods. */
export type ResolvedRecipe = ReturnType<(typeof methods)[MethodName]['resolve']>;

/** The intersection of the members of a union, such as the parameters of all methods. */
export type Intersection<T> = (T extends unknown ? (value: T) => void : never) extends (
  value: infer I,
) => void
  ? I
  : never;

/** A method with its recipe type erased. Callers only pass it recipes of that method. */
export type AnyMethod = Method<unknown, ResolvedRecipe, object>;

/** Returns the method that a recipe names. */
export function methodOf({ method }: { readonly method: MethodName }): AnyMethod {
  return methods[method] as unknown as AnyMethod;
}
