/** Learning rates by the number of the step. Pure functions, so that a resumed training follows the same curve. @module */

/** The learning rate of a step. @param step counts from 0: the updates that came before */
export type Schedule = (step: number) => number;

export interface CosineOptions {
  /** The highest rate, which the warm-up ends with. */
  readonly peak: number;
  /** Number of steps of the whole training; the rate is `last` from then on. */
  readonly steps: number;
  /** Number of steps in which the rate rises linearly from near zero. Default 0. */
  readonly warmUp?: number;
  /** The rate at the end. Default 0. */
  readonly last?: number;
}

/** Half a cosine from `peak` to `last` (Loshchilov & Hutter 2017, equation 5), after a linear warm-up. */
export function cosineRate({ peak, steps, warmUp = 0, last = 0 }: CosineOptions): Schedule {
  return (step) => {
    if (step < warmUp) return (peak * (step + 1)) / (warmUp + 1);
    const progress = Math.min(1, (step - warmUp) / Math.max(1, steps - warmUp));
    return last + (peak - last) * 0.5 * (1 + Math.cos(Math.PI * progress));
  };
}

export interface StepDecayOptions {
  /** The rate at the start. */
  readonly first: number;
  /** The rate is multiplied by this every `every` steps. Default 0.1. */
  readonly factor?: number;
  readonly every: number;
}

/** A rate that drops in equal ratios. */
export function stepDecayRate({ first, factor = 0.1, every }: StepDecayOptions): Schedule {
  return (step) => first * factor ** Math.floor(step / every);
}
