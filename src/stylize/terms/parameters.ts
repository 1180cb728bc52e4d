/** Parameters of losses, which become keys of the recipe. @module */
import type { Named } from '../../engine/engine.js';
import type { Loss, Place, Settings, Term } from './term.js';

interface Described {
  readonly describe: string;
}

/** A number that every item can have for itself: an input of the graph. */
export interface NumberParameter extends Described {
  readonly kind: 'number';
  readonly default: number;
  readonly min: number;
  readonly max: number;
}

/** A whole number that decides the shape of the graph. */
export interface CountParameter extends Described {
  readonly kind: 'count';
  readonly default: number;
  readonly min: number;
  readonly max: number;
}

/** One of several words. Each has a graph of its own. */
export interface WordParameter<Word extends string = string> extends Described {
  readonly kind: 'word';
  readonly default: Word;
  readonly words: readonly Word[];
}

export type LossParameter = NumberParameter | CountParameter | WordParameter;

/** The settings of a loss with these parameters: those that are not inputs of the graph. */
export type SettingsOf<P extends Named<LossParameter>> = {
  readonly [K in keyof P as P[K] extends NumberParameter ? never : K]: P[K] extends WordParameter<infer Word>
    ? Word
    : number;
};

/** Makes a loss without parameters. */
export function plainLoss(term: (place: Place) => Term): Loss {
  return { parameters: {}, term };
}

/** Makes a loss with parameters. */
export function lossWith<const P extends Named<LossParameter>>(
  parameters: P,
  term: (place: Place, settings: SettingsOf<P>) => Term,
): Loss {
  return { parameters, term: term as (place: Place, settings: Settings) => Term };
}

/** The settings that a loss has by default. */
export function defaultSettings({ parameters }: Loss): Settings {
  return Object.fromEntries(
    Object.entries(parameters).flatMap(([name, parameter]) =>
      parameter.kind === 'number' ? [] : [[name, parameter.default]],
    ),
  );
}
