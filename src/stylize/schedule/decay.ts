/** How the learning rate falls during an optimization. @module */

/** Constant, a cosine to zero (Loshchilov & Hutter 2017), or in steps: times `factor` after every `every` steps. */
export type Decay = 'none' | 'cosine' | { readonly factor: number; readonly every: number };

/**
 * The learning rate of a step, relative to that of the first one.
 * @param step from 0 to `steps - 1`
 */
export function relativeRate(decay: Decay, step: number, steps: number): number {
  if (decay === 'none') return 1;
  if (decay === 'cosine') return 0.5 * (1 + Math.cos((Math.PI * step) / steps));
  return decay.factor ** Math.floor(step / decay.every);
}
