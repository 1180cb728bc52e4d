/** Runs a training: steps, learning rates, checkpoints, a loss curve. @module */
import type { HostTensor, Named } from '../engine/engine.js';
import { WildstyleError } from '../errors.js';
import { writeCheckpoint } from './checkpoint.js';
import { appendPoint, type CurvePoint, rewindCurve } from './curve.js';
import type { Schedule } from './schedules.js';
import type { StepReport } from './task.js';
import type { Trainer } from './trainer.js';

export interface TrainOptions {
  /** Where it has steps already, the training continues. */
  readonly trainer: Trainer;
  /**
   * The batch of a step, a pure function of its number, so that a training that was interrupted sees the same batches.
   * The next batch is asked for before a step ends.
   */
  readonly batches: (step: number) => Named<HostTensor> | Promise<Named<HostTensor>>;
  /** Total number of updates, counting those before this call. */
  readonly steps: number;
  readonly schedule: Schedule;
  /** Writes the state to this file every so many steps and at the end; see `checkpoint.ts`. */
  readonly checkpoint?: { readonly path: string; readonly every: number };
  /** Writes the loss curve to this file, one JSON line for each step. */
  readonly curve?: string;
  /** Called after each step. */
  readonly onStep?: (point: CurvePoint, outputs: StepReport['outputs']) => void | Promise<void>;
  /** Stops after the current step, with a checkpoint. */
  readonly signal?: AbortSignal;
}

/**
 * Trains until the trainer has made `steps` updates. To continue after an interruption, create the trainer from
 * `readCheckpoint(path)` and call this with the same options: the result is the same as without the interruption.
 * @throws `loss-diverged` if the loss is not finite; `disk-full`, `output-unwritable`; and what {@link Trainer.step} throws
 */
export async function train(options: TrainOptions): Promise<void> {
  const { trainer, steps, schedule, checkpoint, curve, onStep, signal } = options;
  if (curve !== undefined) await rewindCurve(curve, trainer.steps);
  const batchOf = async (step: number): Promise<Named<HostTensor>> => options.batches(step);
  const asked = (step: number): Promise<Named<HostTensor>> => {
    const batch = batchOf(step);
    // If the step before fails, nobody waits for this batch.
    batch.catch(() => {});
    return batch;
  };
  const save = async (): Promise<void> => {
    if (checkpoint) await writeCheckpoint(checkpoint.path, await trainer.state());
  };
  let [next, saved] = [trainer.steps < steps ? asked(trainer.steps) : undefined, trainer.steps];
  while (next && !signal?.aborted) {
    const step = trainer.steps;
    const batch = await next;
    next = step + 1 < steps ? asked(step + 1) : undefined;
    const learningRate = schedule(step);
    const { loss, metrics, outputs } = await trainer.step(batch, learningRate);
    const point: CurvePoint = { step, learningRate, loss, metrics };
    checkLoss(point);
    if (curve !== undefined) await appendPoint(curve, point);
    await onStep?.(point, outputs);
    if (checkpoint && trainer.steps % checkpoint.every === 0) {
      await save();
      saved = trainer.steps;
    }
  }
  if (saved !== trainer.steps) await save();
}

function checkLoss({ step, loss, learningRate }: CurvePoint): void {
  if (Number.isFinite(loss)) return;
  throw new WildstyleError('loss-diverged', `The loss of step ${step} is ${loss}.`, {
    cure: `Use a lower learning rate than ${learningRate}, and continue from a checkpoint before that step.`,
  });
}
