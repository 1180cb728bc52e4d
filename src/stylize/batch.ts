/**
 * A running batch optimizes items with the same graph and shape together. Items join free rows and leave them
 * independently of each other.
 * @module
 */
import type { Engine, HostTensor, Named, Shape, Value, WeightSet } from '../engine/engine.js';
import { sizeOf } from '../engine/shape.js';
import type { WildstyleError } from '../errors.js';
import { divergence, hasDiverged, type LossPoint, pointAt } from './curve.js';
import { tensorName } from './objective.js';
import type { OptimizerNumber } from './optimizers/optimizer.js';
import type { BatchItem, Optimized } from './schedule/item.js';
import { Slot } from './schedule/slot.js';
import type { Parameters, Spec } from './spec.js';
import { itemInputs, stepName } from './step.js';
import { drawStepInput, stepInputsOf } from './step-inputs.js';
import { type Evaluation, openStepper, type Stepper } from './stepping/stepper.js';
import type { StepInput } from './terms/term.js';

/** The outcome of one item: its result or its error. */
export type Outcome<T> = { readonly item: T } & (
  | { readonly result: Optimized }
  | { readonly error: WildstyleError }
);

export class RunningBatch<T extends BatchItem = BatchItem> {
  readonly #slots: (Slot<T> | undefined)[];
  readonly #stepInputs: Named<StepInput>;
  readonly #inputs: Record<string, Value> = {};
  #image: Value;
  #state: Named<Value>;

  private constructor(
    readonly spec: Spec,
    readonly imageShape: Shape,
    private readonly engine: Engine,
    private readonly stepper: Stepper,
    inputShapes: Named<Shape>,
  ) {
    this.#slots = Array.from({ length: imageShape[0] });
    this.#stepInputs = stepInputsOf(spec, imageShape);
    // Unused rows are optimized, too. Ones avoid division by zero in them.
    const filled = (shape: Shape, value: number) =>
      engine.put({ data: new Float32Array(sizeOf(shape)).fill(value), shape });
    for (const [name, shape] of Object.entries(inputShapes)) this.#inputs[name] = filled(shape, 1);
    const variables = spec.parametrization.shape(imageShape);
    this.#image = filled(variables, 0);
    this.#state = Object.fromEntries(
      Object.entries(spec.optimizer.state(variables)).map(([name, shape]) => [name, filled(shape, 0)]),
    );
  }

  /**
   * Compiles the step and creates an empty batch.
   * @param imageShape `[batch, height, width, 3]`
   * @param targets shapes of the target functions' outputs for one item, `[1, ...]` each
   */
  static async start<T extends BatchItem>(
    engine: Engine,
    spec: Spec,
    weights: WeightSet,
    imageShape: Shape,
    targets: Named<Shape>,
  ): Promise<RunningBatch<T>> {
    const batch = imageShape[0];
    const numbers = spec.optimizer.numbers
      .filter((name) => name !== 'learningRate')
      .map((name) => [stepName.number(name), [batch, 1, 1, 1]]);
    const inputs = { ...itemInputs(spec, targets, imageShape), ...Object.fromEntries(numbers) };
    const variables = spec.parametrization.shape(imageShape);
    const stepper = await openStepper(engine, spec, weights, variables, inputs);
    const shapes = { ...inputs, [stepper.rateInput]: [batch, stepper.most, 1, 1] };
    return new RunningBatch<T>(spec, imageShape, engine, stepper, shapes);
  }

  get free(): number {
    return this.#slots.filter((slot) => !slot).length;
  }

  get active(): number {
    return this.#slots.length - this.free;
  }

  /** The items currently being optimized. */
  items(): T[] {
    return this.#slots.flatMap((slot) => (slot ? [slot.item] : []));
  }

  /** Puts an item into a free row. There must be one. */
  join(item: T): void {
    const row = this.#slots.findIndex((slot) => !slot);
    const { weights, numbers } = item.parameters;
    this.#slots[row] = new Slot(item);
    for (const [name, { data }] of Object.entries(item.targets))
      this.engine.assign(this.#inputs[name], row, data);
    for (const { name, term } of this.spec.terms) {
      for (const part of term.parts) {
        const weight = Float32Array.of(weights[name][part]);
        this.engine.assign(this.#inputs[tensorName.weight(name, part)], row, weight);
      }
      for (const number of term.numbers ?? []) {
        const value = Float32Array.of(numbers[name][number]);
        this.engine.assign(this.#inputs[tensorName.number(name, number)], row, value);
      }
    }
    this.#begin(row);
  }

  /**
   * Runs the next step of every item, or several, until one may be done.
   * @returns the number of steps, and the items that finished or failed
   */
  async step(): Promise<{ readonly times: number; readonly outcomes: readonly Outcome<T>[] }> {
    this.#draw();
    this.#setRates();
    const times = this.#times();
    const before = { image: this.#image, state: this.#state, inputs: this.#inputs };
    const after = await this.stepper.run(before, times);
    const outcomes: Outcome<T>[] = [];
    const diverged = new Map<number, LossPoint>();
    const settling: number[] = [];
    for (const [time, evaluation] of after.evaluations.entries()) {
      const isLatest = time === after.evaluations.length - 1;
      for (const row of this.#judged(evaluation, isLatest, diverged, settling)) {
        const slot = this.#slots[row] as Slot<T>;
        const image = await this.#imageOf(row, after.measured);
        outcomes.push({
          item: slot.item,
          result: slot.result(image, await this.#carriedOf(row, after.state)),
        });
        this.#slots[row] = undefined;
      }
    }
    const kept = new Set([after.image, ...Object.values(after.state)]);
    for (const value of new Set([before.image, after.measured, ...Object.values(before.state)]))
      if (!kept.has(value)) value.dispose();
    this.#image = after.image;
    this.#state = after.state;
    for (const row of settling) await this.#settle(row);
    for (const [row, point] of diverged) {
      const failure = this.#restart(row, point);
      if (failure) outcomes.push(failure);
    }
    return { times, outcomes };
  }

  /** How many steps to run now: none must pass the end of an item, or the numbers that its terms have drawn. */
  #times(): number {
    const { steadySteps = 1, delivered } = this.spec.optimizer;
    const draws = Object.keys(this.#stepInputs).length > 0;
    const ahead = this.#slots.flatMap((slot) => {
      if (!slot) return [];
      const steady = draws ? steadySteps - (slot.step % steadySteps) : Number.POSITIVE_INFINITY;
      return [Math.min(steady, slot.evaluationsAhead(delivered ? 1 : 0))];
    });
    return Math.min(this.stepper.most, ...ahead);
  }

  /** Takes note of an evaluation. Returns the rows that are done with the image that was evaluated. */
  #judged(
    { losses, accepted }: Evaluation,
    isLatest: boolean,
    diverged: Map<number, LossPoint>,
    settling: number[],
  ): number[] {
    const done: number[] = [];
    for (const [row, slot] of this.#slots.entries()) {
      if (!slot || diverged.has(row)) continue;
      slot.evaluations++;
      if (accepted[row] === 0) continue;
      const point = pointAt(losses, row, slot.step);
      if (hasDiverged(point, slot.initial ?? point, weightSum(slot.item.parameters))) {
        diverged.set(row, point);
        continue;
      }
      // The losses just read belong to the step's input image. An image that is computed at the end is measured next.
      const isComputed = this.spec.optimizer.delivered !== undefined && !slot.isSettled;
      const isLast = slot.see(point, isComputed ? 1 : 0, isLatest);
      if (isLast && isComputed) settling.push(row);
      else if (isLast) done.push(row);
      if (!isLast || isComputed) slot.step++;
    }
    return done;
  }

  dispose(): void {
    for (const value of [...Object.values(this.#inputs), this.#image, ...Object.values(this.#state)])
      value.dispose();
    this.stepper.dispose();
  }

  #begin(row: number): void {
    const { item } = this.#slots[row] as Slot<T>;
    this.engine.assign(this.#image, row, this.spec.parametrization.encode(item.initial).data);
    this.#forget(row);
    // After a divergence, the state is suspect.
    const given = this.#slots[row]?.isRestarted ? {} : (item.state ?? {});
    for (const [name, { data }] of Object.entries(given)) this.engine.assign(this.#state[name], row, data);
    for (const name of this.spec.optimizer.numbers) {
      if (name !== 'learningRate') this.#setNumber(name, row, item.parameters[name]);
    }
  }

  /** Lets the optimizer of a row start from scratch. */
  #forget(row: number): void {
    for (const value of Object.values(this.#state)) {
      this.engine.assign(value, row, new Float32Array(sizeOf(value.shape.slice(1))));
    }
  }

  #setNumber(name: OptimizerNumber, row: number, value: number): void {
    this.engine.assign(this.#inputs[stepName.number(name)], row, Float32Array.of(value));
  }

  /** Sets the learning rates of the next steps. */
  #setRates(): void {
    const { most, rateInput } = this.stepper;
    for (const [row, slot] of this.#slots.entries()) {
      if (!slot) continue;
      const rates = Float32Array.from({ length: most }, (_, ahead) => slot.rate(ahead));
      this.engine.assign(this.#inputs[rateInput], row, rates);
    }
  }

  /** Replaces the next image of an item by the one that its optimizer delivers. */
  async #settle(row: number): Promise<void> {
    const { delivered } = this.spec.optimizer;
    if (!delivered) return;
    const slot = this.#slots[row] as Slot<T>;
    const entries = delivered.from.map(
      async (name): Promise<[string, Float32Array]> => [name, await this.#rowOf(this.#state[name], row)],
    );
    const image = delivered.image(Object.fromEntries(await Promise.all(entries)));
    this.engine.assign(this.#image, row, image);
    slot.isSettled = true;
  }

  /** Draws the random numbers of this step for every item. */
  #draw(): void {
    const wanted = Object.entries(this.#stepInputs);
    if (wanted.length === 0) return;
    const { steadySteps = 1 } = this.spec.optimizer;
    for (const [row, slot] of this.#slots.entries()) {
      if (!slot) continue;
      const step = slot.step - (slot.step % steadySteps);
      if (step === slot.drawnStep) continue;
      for (const [name, input] of wanted) {
        this.engine.assign(
          this.#inputs[name],
          row,
          drawStepInput(name, input, slot.item.seed, step, slot.item.regions),
        );
      }
      // The optimizer would compare losses and gradients of different objectives.
      if (step > 0 && steadySteps > 1) this.#forget(row);
      slot.drawnStep = step;
    }
  }

  /** Restarts an item with a lower learning rate, or removes it if it has no restarts left; then, it has failed. */
  #restart(row: number, point: LossPoint): Outcome<T> | undefined {
    const slot = this.#slots[row] as Slot<T>;
    if (!slot.mayRestart) {
      this.#slots[row] = undefined;
      return { item: slot.item, error: divergence(point, slot.initial) };
    }
    slot.restart();
    this.#begin(row);
    return undefined;
  }

  async #imageOf(row: number, images: Value): Promise<HostTensor> {
    const [, ...shape] = images.shape;
    return this.spec.parametrization.image({ data: await this.#rowOf(images, row), shape: [1, ...shape] });
  }

  /** The state of an item that continues at the next size. */
  async #carriedOf(row: number, state: Named<Value>): Promise<Named<HostTensor>> {
    const entries = Object.keys(this.spec.optimizer.carried ?? {}).map(async (name) => {
      const [, ...shape] = state[name].shape;
      return [name, { data: await this.#rowOf(state[name], row), shape: [1, ...shape] }] as const;
    });
    return Object.fromEntries(await Promise.all(entries));
  }

  async #rowOf(value: Value, row: number): Promise<Float32Array> {
    const all = await this.engine.read(value);
    const size = all.length / value.shape[0];
    return all.slice(row * size, (row + 1) * size);
  }
}

function weightSum({ weights }: Parameters): number {
  return Object.values(weights)
    .flatMap((parts) => Object.values(parts))
    .reduce((a, b) => a + b);
}
