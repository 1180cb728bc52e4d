/**
 * A running batch: items of one graph and shape that are optimized together. An item joins a free row and leaves it
 * without waiting for the others.
 * @module
 */
import type { Compiled, Engine, HostTensor, Named, Shape, Value, WeightSet } from '../engine/engine.js';
import { WildstyleError } from '../errors.js';
import { hasDiverged, isCurvePoint, type LossPoint } from './curve.js';
import { tensorName } from './objective.js';
import type { Parameters, Spec } from './spec.js';
import { itemInputs, lossParts, stepFunction, stepName } from './step.js';

/** How much smaller the steps of a second try are. */
const gentler = 0.3;
const mostRestarts = 1;

/** An item to optimize, as arrays. */
export interface BatchItem {
  /** Where the optimization starts: `[1, height, width, 3]`, RGB in [0, 1]. */
  readonly initial: HostTensor;
  /** Targets and scales of content and style, as the target functions return them: `[1, ...]` each. */
  readonly targets: Named<HostTensor>;
  readonly parameters: Parameters;
  readonly steps: number;
}

/** What came out of an item. */
export interface Optimized {
  /** `[1, height, width, 3]`; not clamped. Its loss is the last point of the curve. */
  readonly image: HostTensor;
  readonly curve: readonly LossPoint[];
  /** Updates from the initial image to this one. */
  readonly steps: number;
  /** Evaluations of the objective: one more than updates, and those of trials and before a restart. */
  readonly evaluations: number;
  readonly restarts: number;
}

interface Slot<T extends BatchItem> {
  readonly item: T;
  curve: LossPoint[];
  step: number;
  evaluations: number;
  restarts: number;
}

/** The end of one item: its result, or the error that ended it. */
export type Outcome<T> = { readonly item: T } & (
  | { readonly result: Optimized }
  | { readonly error: WildstyleError }
);

export class RunningBatch<T extends BatchItem = BatchItem> {
  readonly #slots: (Slot<T> | undefined)[];
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
    const batch = imageShape[0];
    this.#slots = Array.from({ length: batch });
    // Rows nobody uses are optimized too; ones keep them from dividing by zero.
    const filled = (shape: Shape, value: number) =>
      engine.put({ data: new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(value), shape });
    for (const [name, shape] of Object.entries(inputShapes)) this.#inputs[name] = filled(shape, 1);
    this.#image = filled(imageShape, 0);
    this.#state = Object.fromEntries(
      Object.entries(spec.optimizer.state(imageShape)).map(([name, shape]) => [name, filled(shape, 0)]),
    );
  }

  /**
   * Compiles the step for `batch` images of one shape.
   * @param targets the shapes of the target functions' outputs, for one item
   */
  static async start<T extends BatchItem>(
    engine: Engine,
    spec: Spec,
    weights: WeightSet,
    imageShape: Shape,
    targets: Named<Shape>,
  ): Promise<RunningBatch<T>> {
    const batch = imageShape[0];
    const inputs = { ...itemInputs(spec, targets, batch), [stepName.learningRate]: [batch, 1, 1, 1] };
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

  /** The items that are being optimized. */
  items(): T[] {
    return this.#slots.flatMap((slot) => (slot ? [slot.item] : []));
  }

  /** Puts an item into a free row; there must be one. */
  join(item: T): void {
    const row = this.#slots.findIndex((slot) => !slot);
    this.#slots[row] = { item, curve: [], step: 0, evaluations: 0, restarts: 0 };
    for (const [name, { data }] of Object.entries(item.targets))
      this.engine.assign(this.#inputs[name], row, data);
    const weight = (side: 'content' | 'style', layer: string, value: number) =>
      this.engine.assign(this.#inputs[tensorName.weight(side, layer)], row, Float32Array.of(value));
    const { content, style, totalVariation } = item.parameters;
    for (const layer of this.spec.content.layers) weight('content', layer, content[layer]);
    for (const layer of this.spec.style.layers) weight('style', layer, style[layer]);
    weight('content', tensorName.totalVariation, totalVariation);
    this.#begin(row, item.parameters.learningRate);
  }

  /** One step of every item; returns the items that ended with it. */
  async step(): Promise<Outcome<T>[]> {
    const inputs: Record<string, Value> = { ...this.#inputs, [stepName.image]: this.#image };
    for (const [name, value] of Object.entries(this.#state)) inputs[stepName.state(name)] = value;
    const outputs = await this.compiled.run(inputs);
    const losses = await this.#readLosses(outputs);
    const accepted = await this.engine.read(outputs[stepName.accepted]);
    const outcomes: Outcome<T>[] = [];
    const diverged: number[] = [];
    for (const [row, slot] of this.#slots.entries()) {
      if (!slot) continue;
      slot.evaluations++;
      if (accepted[row] === 0) continue;
      const point = pointAt(losses, row, slot.step);
      if (hasDiverged(point, slot.curve[0] ?? point, weightsOf(slot.item.parameters))) {
        diverged.push(row);
        if (slot.restarts === mostRestarts) {
          outcomes.push({ item: slot.item, error: divergence(point, slot.curve[0]) });
        }
        continue;
      }
      if (isCurvePoint(slot.step, slot.item.steps)) slot.curve.push(point);
      // The losses just read are those of the image that went in, so that is the image delivered.
      if (slot.step >= slot.item.steps) {
        outcomes.push({ item: slot.item, result: await this.#result(row, slot) });
        this.#slots[row] = undefined;
      }
      slot.step++;
    }
    this.#advance(outputs);
    for (const row of diverged) this.#restart(row);
    return outcomes;
  }

  dispose(): void {
    for (const value of [...Object.values(this.#inputs), this.#image, ...Object.values(this.#state)])
      value.dispose();
    this.compiled.dispose();
  }

  #begin(row: number, learningRate: number): void {
    const { item } = this.#slots[row] as Slot<T>;
    this.engine.assign(this.#image, row, item.initial.data);
    for (const value of Object.values(this.#state)) {
      this.engine.assign(value, row, new Float32Array(value.shape.slice(1).reduce((a, b) => a * b, 1)));
    }
    this.engine.assign(this.#inputs[stepName.learningRate], row, Float32Array.of(learningRate));
  }

  /** Begins an item again with smaller steps; one that has had its chances leaves. */
  #restart(row: number): void {
    const slot = this.#slots[row] as Slot<T>;
    if (slot.restarts === mostRestarts) {
      this.#slots[row] = undefined;
      return;
    }
    slot.restarts++;
    slot.step = 0;
    slot.curve = [];
    this.#begin(row, slot.item.parameters.learningRate * gentler);
  }

  /** Rotates the state by handle and frees what is no longer needed. */
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

  async #readLosses(outputs: Named<Value>): Promise<Named<Float32Array>> {
    const read = await Promise.all(lossParts.map((part) => this.engine.read(outputs[stepName.loss(part)])));
    return Object.fromEntries(lossParts.map((part, i) => [part, read[i]]));
  }

  async #result(row: number, slot: Slot<T>): Promise<Optimized> {
    const all = await this.engine.read(this.#image);
    const [, ...shape] = this.imageShape;
    const size = all.length / this.imageShape[0];
    return {
      image: { data: all.slice(row * size, (row + 1) * size), shape: [1, ...shape] },
      curve: slot.curve,
      steps: slot.step,
      evaluations: slot.evaluations,
      restarts: slot.restarts,
    };
  }
}

function pointAt(losses: Named<Float32Array>, row: number, step: number): LossPoint {
  const [total, content, style, totalVariation] = lossParts.map((part) => losses[part][row]);
  return { step, total, content, style, totalVariation };
}

function weightsOf({ content, style, totalVariation }: Parameters): number {
  return [...Object.values(content), ...Object.values(style), totalVariation].reduce((a, b) => a + b);
}

function divergence(now: LossPoint, initial: LossPoint | undefined): WildstyleError {
  const from = initial ? ` from ${initial.total.toPrecision(4)}` : '';
  return new WildstyleError(
    'loss-diverged',
    `The loss went${from} to ${now.total} at step ${now.step}, also with smaller steps.`,
    { cure: 'Lower recipe.learningRate or recipe.style.strength, or use the adam optimizer.' },
  );
}
