/** The word for what wildstyle decides by itself. @module */

/** A value of a job that leaves the decision to the program. */
export const auto = 'auto';

/** Whether a value is left to be decided. */
export function isAuto(value: unknown): value is typeof auto {
  return value === auto;
}

/** The value, or what is decided in its place. */
export function orAuto<T>(value: T | typeof auto, decide: () => T): T {
  return isAuto(value) ? decide() : value;
}
