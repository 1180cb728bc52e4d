/** The value `auto`, with which a job leaves a decision to wildstyle. @module */

/** The job value that leaves a decision to wildstyle. */
export const auto = 'auto';

/** Whether a value is `auto`. */
export function isAuto(value: unknown): value is typeof auto {
  return value === auto;
}

/** Returns the value, or the result of `decide` if the value is `auto`. */
export function orAuto<T>(value: T | typeof auto, decide: () => T): T {
  return isAuto(value) ? decide() : value;
}
