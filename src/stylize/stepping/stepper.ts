/** Runs the steps of a batch on an engine: one at a time, or several without a return to the host. @module */
import type { Engine, Named, Shape, Value, WeightSet } from '../../engine/engine.js';
import type { Losses } from '../curve.js';
import type { Spec } from '../spec.js';
import { openRepeatedSteps } from './repeated-steps.js';
import { openSingleSteps } from './single-steps.js';

/** What goes into a step: images, state and what belongs to the items. */
export interface StepValues {
  readonly image: Value;
  readonly state: Named<Value>;
  /** The other inputs, by name. */
  readonly inputs: Named<Value>;
}

/** What an evaluation found, for each item. */
export interface Evaluation {
  readonly losses: Losses;
  /** 1 or 0: see `StepResult.accepted`. */
  readonly accepted: Float32Array;
}

/** What steps lead to. Values that do not occur in the next step must be disposed. */
export interface Steps {
  /** The evaluations, in order. */
  readonly evaluations: readonly Evaluation[];
  /** The images of the last evaluation. */
  readonly measured: Value;
  /** The images and the state of the next step. */
  readonly image: Value;
  readonly state: Named<Value>;
}

/** A compiled step. */
export interface Stepper {
  /** How many steps it makes at most in one run. */
  readonly most: number;
  /** The input with the learning rates, `[batch, most, 1, 1]`: of the next step, of the one after it, ... */
  readonly rateInput: string;
  /** Runs this many steps. The inputs stay valid. */
  run(values: StepValues, times: number): Promise<Steps>;
  dispose(): void;
}

/** Steps in a run, where an engine offers that: values return to the host that much less often. */
export const repeatedSteps = 8;

/**
 * Compiles the step of a batch.
 * @param inputs shapes of the inputs that belong to the items, without the learning rate
 */
export async function openStepper(
  engine: Engine,
  spec: Spec,
  weights: WeightSet,
  image: Shape,
  inputs: Named<Shape>,
): Promise<Stepper> {
  const repeated = await openRepeatedSteps(engine, spec, weights, image, inputs, repeatedSteps);
  return repeated ?? openSingleSteps(engine, spec, weights, image, inputs);
}
