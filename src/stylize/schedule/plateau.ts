/** Notices when a loss no longer falls. @module */

/** Number of steps in which the loss must fall. */
export const plateauSteps = 10;

/** What is known of the loss of one item so far. */
export interface Lowest {
  readonly step: number;
  readonly loss: number;
}

/**
 * Follows the loss from step to step.
 * @param fall the smallest fall that counts, as a fraction of the loss; 0 counts none, so that no plateau is reached
 * @returns the lowest loss that counts, with its step
 */
export function followed(lowest: Lowest | undefined, now: Lowest, fall: number): Lowest {
  return lowest && now.loss > lowest.loss * (1 - fall) ? lowest : now;
}

/** Whether the loss has not fallen for {@link plateauSteps} steps. */
export function isPlateau(lowest: Lowest, step: number, fall: number): boolean {
  return fall > 0 && step - lowest.step >= plateauSteps;
}
