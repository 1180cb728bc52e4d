/** Checks that a state belongs to a task. @module */
import type { HostTensor, Named } from '../engine/engine.js';
import { WildstyleError } from '../errors.js';
import type { TrainingState, TrainingTask } from './task.js';

/**
 * @param moments the names of the optimizer's moments
 * @throws `shape-mismatch` if a tensor is missing, unknown, or of another shape
 */
export function checkState(task: TrainingTask, state: TrainingState, moments: readonly string[]): void {
  check('parameter', task.parameters, state.parameters);
  check('buffer', task.buffers ?? {}, state.buffers);
  const names = Object.keys(state.moments);
  if (names.toSorted().join() !== moments.toSorted().join()) {
    throw mismatch(`it has the moments [${names}], but the optimizer keeps [${moments}]`);
  }
  for (const name of moments) check(`moment "${name}" of`, task.parameters, state.moments[name]);
}

function check(kind: string, expected: Named<HostTensor>, given: Named<HostTensor>): void {
  for (const [name, { shape }] of Object.entries(expected)) {
    const found = given[name]?.shape;
    if (!found) throw mismatch(`the ${kind} "${name}" is missing`);
    if (found.join() !== shape.join()) {
      throw mismatch(`the ${kind} "${name}" has shape [${found}], not [${shape}]`);
    }
  }
  const unknown = Object.keys(given).find((name) => !Object.hasOwn(expected, name));
  if (unknown !== undefined) throw mismatch(`the task has no ${kind} "${unknown}"`);
}

function mismatch(what: string): WildstyleError {
  return new WildstyleError('shape-mismatch', `The state does not belong to this task: ${what}.`, {
    cure: 'Continue with the task and the optimizer that the state was saved with.',
  });
}
