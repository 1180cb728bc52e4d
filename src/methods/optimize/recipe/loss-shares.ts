/** Resolves the losses of a recipe: their shares, and every parameter that they have. @module */
import type { Named } from '../../../engine/engine.js';
import { sortedByKey } from '../../../files/canonical-json.js';
import type { Loss } from '../../../stylize/terms/term.js';
import { computeShares, type Shares, type Weighting } from './shares.js';

/** The parameters of the losses that have any: by loss, then by name. */
export type LossParameters = Named<Named<number | string>>;

export interface ResolvedLosses {
  readonly loss: Shares;
  readonly lossParameters: LossParameters;
}

/** A loss as drawn: its weight, or its weight and parameters. */
type Choice = number | Named<number | string>;
type Drawn = string | readonly string[] | Named<Choice | undefined>;

/** Makes a function that resolves drawn losses. Results are shared between the items of a plan where they can be. */
export function lossResolver(losses: Named<Loss>, weighting: Weighting): (drawn: Drawn) => ResolvedLosses {
  const singles = new Map(
    Object.keys(losses).map((name) => [name, resolveLosses(losses, [name], weighting)]),
  );
  const known = new WeakMap<object, ResolvedLosses>();
  return (drawn) => {
    if (typeof drawn === 'string') return singles.get(drawn) ?? resolveLosses(losses, [drawn], weighting);
    let resolved = known.get(drawn);
    if (!resolved) {
      resolved = resolveLosses(losses, drawn, weighting);
      if (Object.isFrozen(drawn)) known.set(drawn, resolved);
    }
    return resolved;
  };
}

function resolveLosses(
  losses: Named<Loss>,
  drawn: Exclude<Drawn, string>,
  weighting: Weighting,
): ResolvedLosses {
  const choices: [string, Choice][] = Array.isArray(drawn)
    ? (drawn as readonly string[]).map((name) => [name, 1])
    : Object.entries(drawn as Named<Choice | undefined>).flatMap(([name, choice]) =>
        choice === undefined ? [] : [[name, choice]],
      );
  const weights = choices.map(([name, choice]): [string, number] => [
    name,
    typeof choice === 'number' ? choice : Number(choice.weight ?? 1),
  ]);
  const parameters = choices.flatMap(([name, choice]): [string, Named<number | string>][] => {
    const entries = Object.entries(losses[name].parameters).map(([key, parameter]) => {
      const given = typeof choice === 'number' ? undefined : choice[key];
      return [key, given ?? parameter.default];
    });
    return entries.length > 0 ? [[name, Object.freeze(Object.fromEntries(entries))]] : [];
  });
  return {
    loss: computeShares(Object.fromEntries(weights), weighting),
    lossParameters: Object.freeze(Object.fromEntries(sortedByKey(parameters))),
  };
}
