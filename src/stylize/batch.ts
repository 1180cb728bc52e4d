/**
 * A running batch optimizes items with the same graph and shape together. Items join free rows and leave them
 * independently of each other.
 * @module
 */
import type { Compiled, Engine, HostTensor, Named, Shape, Value, WeightSet } from '../engine/engine.js';
import { sizeOf } from '../engine/shape.js';
import type { WildstyleError } from '../errors.js';
import { divergence, hasDiverged, type Losses, pointAt } from './curve.js';
import { tensorName } from './objective.js';
import type { OptimizerNumber } from './optimizers/optimizer.js';
import type { BatchItem, Optimized } from './schedule/item.js';
import { Slot } from './schedule/slot.js';
import type { Parameters, Spec } from './spec.js';
import { itemInputs, stepFunction, stepName } from './step.js';
import { drawStepInput, stepInputsOf } from './step-inputs.js';
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
    private readonly compiled: Compiled,
    inputShapes: Named<Shape>,
  ) {
    this.#slots = Array.from({ length: imageShape[0] });
    this.#stepInputs = stepInputsOf(spec, imageShape);
    // Unused rows are optimized, too. Ones avoid division by zero in them.
    const filled = (shape: Shape, value: number) =>
      engine.put({ data: new Float32Array(sizeOf(shape)).fill(value), shape });
    for (const [name, shape] of Object.entries(inputShapes)) this.#inputs[name] = filled(shape, 1);
    this.#image = filled(imageShape, 0);
    this.#state = Object.fromEntries(
      Object.entries(spec.optimizer.state(imageShape)).map(([name, shape]) => [name, filled(shape, 0)]),
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
    const numbers = spec.optimizer.numbers.map((name) => [stepName.number(name), [batch, 1, 1, 1]]);
    const inputs = { ...itemInputs(spec, targets, imageShape), ...Object.fromEntries(numbers) };
    const state = Object.entries(spec.optimizer.state(imageShape));
    const compiled = await engine.compile(
      stepFunction(spec),
      {
        ...inputs,
        [stepName.image]: imageShape,
        ...Object.fromEntries(state.map(([name, shape]) => [stepName.state(name), shape])),
      },
      weights,
    );
    return new RunningBatch<T>(spec, imageShape, engine, compiled, inputs);
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

  /** Runs one step of every item. Returns the items that finished or failed. */
  async step(): Promise<Outcome<T>[]> {
    this.#draw();
    this.#setRates();
    const inputs: Record<string, Value> = { ...this.#inputs, [stepName.image]: this.#image };
    for (const [name, value] of Object.entries(this.#state)) inputs[stepName.state(name)] = value;
    const outputs = await this.compiled.run(inputs);
    const losses = await this.#readLosses(outputs);
    const accepted = await this.engine.read(outputs[stepName.accepted]);
    const outcomes: Outcome<T>[] = [];
    const diverged: number[] = [];
    const settling: number[] = [];
    for (const [row, slot] of this.#slots.entries()) {
      if (!slot) continue;
      slot.evaluations++;
      if (accepted[row] === 0) continue;
      const point = pointAt(losses, row, slot.step);
      if (hasDiverged(point, slot.initial ?? point, weightSum(slot.item.parameters))) {
        diverged.push(row);
        if (!slot.mayRestart) {
          outcomes.push({ item: slot.item, error: divergence(point, slot.initial) });
        }
        continue;
      }
      // The losses just read belong to the step's input image. An image that is computed at the end is measured next.
      const isComputed = this.spec.optimizer.delivered !== undefined && !slot.isSettled;
      const isLast = slot.see(point, isComputed ? 1 : 0);
      if (isLast && isComputed) settling.push(row);
      else if (isLast) {
        outcomes.push({ item: slot.item, result: slot.result(await this.#imageOf(row)) });
        this.#slots[row] = undefined;
      }
      if (!isLast || isComputed) slot.step++;
    }
    this.#advance(outputs);
    for (const row of settling) await this.#settle(row);
    for (const row of diverged) this.#restart(row);
    return outcomes;
  }

  dispose(): void {
    for (const value of [...Object.values(this.#inputs), this.#image, ...Object.values(this.#state)])
      value.dispose();
    this.compiled.dispose();
  }

  #begin(row: number): void {
    const { item } = this.#slots[row] as Slot<T>;
    this.engine.assign(this.#image, row, item.initial.data);
    this.#forget(row);
    for (const name of this.spec.optimizer.numbers) this.#setNumber(name, row, item.parameters[name]);
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

  /** Sets the learning rates of this step. */
  #setRates(): void {
    for (const [row, slot] of this.#slots.entries()) {
      if (slot) this.#setNumber('learningRate', row, slot.rate);
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

  /** Restarts an item with a lower learning rate, or removes it if it has no restarts left. */
  #restart(row: number): void {
    const slot = this.#slots[row] as Slot<T>;
    if (!slot.mayRestart) {
      this.#slots[row] = undefined;
      return;
    }
    slot.restart();
    this.#begin(row);
  }

  /** Moves the state forward by handle, without copying, and disposes tensors that are no longer needed. */
  #advance(outputs: Named<Value>): void {
    const prefix = stepName.state('');
    const produced = Object.fromEntries(
      Object.entries(outputs).flatMap(([name, value]) =>
        name.startsWith(prefix) ? [[name.slice(prefix.length), value]] : [],
      ),
    );
    const next = this.spec.optimizer.advance(this.#state, produced);
    const kept = new Set([...Object.values(next), outputs[stepName.image]]);
    for (const value of [this.#image, ...Object.values(this.#state), ...Object.values(outputs)]) {
      if (!kept.has(value)) value.dispose();
    }
    this.#image = outputs[stepName.image];
    this.#state = next;
  }

  async #readLosses(outputs: Named<Value>): Promise<Losses> {
    const names = this.spec.terms.map(({ name }) => name);
    const [total, ...terms] = await Promise.all(
      [stepName.total, ...names.map(stepName.term)].map((name) => this.engine.read(outputs[name])),
    );
    return { total, terms: Object.fromEntries(names.map((name, i) => [name, terms[i]])) };
  }

  async #imageOf(row: number): Promise<HostTensor> {
    const [, ...shape] = this.imageShape;
    return { data: await this.#rowOf(this.#image, row), shape: [1, ...shape] };
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
