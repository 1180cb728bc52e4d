/** The progress of an item in a running batch. @module */
import type { HostTensor, Named } from '../../engine/engine.js';
import { isCurvePoint, type LossPoint } from '../curve.js';
import { relativeRate } from './decay.js';
import type { BatchItem, Optimized } from './item.js';
import { followed, isPlateau, type Lowest } from './plateau.js';

/** Factor on the learning rate after a restart. */
const gentler = 0.3;
const mostRestarts = 1;

/** The learning rate after a number of restarts. */
export function afterRestarts(learningRate: number, restarts: number): number {
  return learningRate * gentler ** restarts;
}

export class Slot<T extends BatchItem> {
  /** Number of updates from the initial image to the one that is evaluated next. */
  step = 0;
  evaluations = 0;
  /** The step whose random numbers the row has. */
  drawnStep = -1;
  /** Whether the image that is evaluated next is the one to deliver, whatever its loss. */
  isSettled = false;
  #curve: LossPoint[] = [];
  #lowest: Lowest | undefined;
  #restarts = 0;
  #learningRate: number;
  #isPlateau = false;

  constructor(readonly item: T) {
    this.#learningRate = item.parameters.learningRate;
  }

  /** The loss of the initial image, once it is known. */
  get initial(): LossPoint | undefined {
    return this.#curve[0];
  }

  /** The learning rate of an update. @param ahead 0 for the next one, 1 for the one after it, ... */
  rate(ahead = 0): number {
    return this.#learningRate * relativeRate(this.item.parameters.decay, this.step + ahead, this.item.steps);
  }

  /**
   * How many evaluations are sure to come before anything must be decided, at least one.
   * @param ahead as for {@link see}
   */
  evaluationsAhead(ahead: 0 | 1): number {
    if (this.isSettled || this.item.parameters.plateau > 0) return 1;
    return Math.max(1, this.item.steps - ahead - this.step + 1);
  }

  get isRestarted(): boolean {
    return this.#restarts > 0;
  }

  get mayRestart(): boolean {
    return this.#restarts < mostRestarts;
  }

  /**
   * Takes note of the loss of the image after `step` updates.
   * @param ahead how many updates later the image to deliver is: 1 if it has yet to be computed
   * @param mayFinish whether the image is at hand, should the caller want to end
   * @returns whether the optimization ends with that image
   */
  see(point: LossPoint, ahead: 0 | 1, mayFinish = true): boolean {
    const { steps, watch, parameters } = this.item;
    this.#lowest = followed(this.#lowest, { step: this.step, loss: point.total }, parameters.plateau);
    const isWished = mayFinish && watch?.finish?.aborted === true;
    const isDone = this.isSettled || this.step + ahead >= steps || isWished;
    if (!isDone) this.#isPlateau = isPlateau(this.#lowest, this.step, parameters.plateau);
    const ends = isDone || this.#isPlateau;
    if ((ends && ahead === 0) || isCurvePoint(this.step, steps)) {
      this.#curve.push(point);
      watch?.onPoint?.(point);
    }
    watch?.onStep?.(this.step);
    return ends;
  }

  /** Starts over with a lower learning rate. */
  restart(): void {
    this.#restarts++;
    this.#learningRate *= gentler;
    this.step = 0;
    this.drawnStep = -1;
    this.isSettled = false;
    this.#curve = [];
    this.#lowest = undefined;
    this.#isPlateau = false;
  }

  result(image: HostTensor, state: Named<HostTensor>): Optimized {
    return {
      image,
      state,
      curve: this.#curve,
      steps: this.step,
      evaluations: this.evaluations,
      restarts: this.#restarts,
      isPlateau: this.#isPlateau,
      learningRate: this.#learningRate,
    };
  }
}
