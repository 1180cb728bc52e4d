/** Trains parameters on an engine. What is learned stays in the engine between steps. @module */
import type { Compiled, Engine, HostTensor, Named, Value } from '../engine/engine.js';
import { sizeOf } from '../engine/shape.js';
import { type Group, grouped, groupOf, mapped } from './groups.js';
import { checkState } from './state.js';
import {
  evaluationFunction,
  evaluationShapes,
  keptShape,
  optimizerOf,
  statefulGroups,
  stepFunction,
  stepShapes,
} from './step.js';
import type { StepReport, TrainingState, TrainingTask } from './task.js';

export type * from './optimizers/optimizer.js';
export type * from './task.js';

/** A training under way. Calls must not overlap. */
export interface Trainer {
  /** Number of updates so far, counting those of the state it continued from. */
  readonly steps: number;
  /**
   * Updates the parameters once.
   * @param batch the inputs that the task declares
   * @param learningRate finite, not negative
   * @returns the loss before the update
   * @throws `shape-mismatch` if an input is missing or has another shape; `engine-failed`
   */
  step(batch: Named<HostTensor>, learningRate: number): Promise<StepReport>;
  /** Computes the loss without an update. The buffers stay as they are. */
  evaluate(batch: Named<HostTensor>): Promise<StepReport>;
  /** Copies all that the training is to the host. */
  state(): Promise<TrainingState>;
  /** Frees what the training holds in the engine. */
  dispose(): void;
}

/**
 * Compiles a task's step and puts its state into the engine.
 * @param state where to continue; the task's initial values by default
 * @throws `shape-mismatch` if the state is not of this task; `kernel-unsupported`, `trace-data-dependent`, `engine-failed`
 */
export async function createTrainer(
  engine: Engine,
  task: TrainingTask,
  state: TrainingState = initialState(task),
): Promise<Trainer> {
  checkState(task, state, optimizerOf(task).moments);
  const step = await engine.compile(stepFunction(task), stepShapes(task), task.frozen);
  return new EngineTrainer(engine, task, step, state);
}

/** The state before the first step: the task's initial values, and moments of zero. */
export function initialState(task: TrainingTask): TrainingState {
  const zeros = mapped(task.parameters, ({ shape }) => ({ data: new Float32Array(sizeOf(shape)), shape }));
  const moments = optimizerOf(task).moments.map((name) => [name, zeros] as const);
  return {
    step: 0,
    parameters: task.parameters,
    buffers: task.buffers ?? {},
    moments: Object.fromEntries(moments),
  };
}

class EngineTrainer implements Trainer {
  #values: Record<string, Value>;
  #steps: number;
  #evaluation: Promise<Compiled> | undefined;

  constructor(
    readonly engine: Engine,
    readonly task: TrainingTask,
    readonly compiled: Compiled,
    { step, parameters, buffers, moments }: TrainingState,
  ) {
    this.#steps = step;
    const put = ({ data, shape }: HostTensor): Value => engine.put({ data, shape: keptShape(shape) });
    this.#values = Object.assign(
      grouped('parameters', mapped(parameters, put)),
      grouped('buffers', mapped(buffers, put)),
      ...Object.entries(moments).map(([name, values]) => grouped(`moments.${name}`, mapped(values, put))),
    );
  }

  get steps(): number {
    return this.#steps;
  }

  async step(batch: Named<HostTensor>, learningRate: number): Promise<StepReport> {
    const factors = optimizerOf(this.task).factors(this.#steps + 1, learningRate);
    const scalar = (value: number): HostTensor => ({ data: Float32Array.of(value), shape: [] });
    const given = { ...grouped('batch', batch), ...grouped('factors', mapped(factors, scalar)) };
    const outputs = await this.#run(this.compiled, given);
    const report = await this.#report(outputs);
    for (const group of statefulGroups(this.task)) {
      for (const [name, value] of Object.entries(grouped(group, groupOf(group, outputs)))) {
        this.#values[name].dispose();
        this.#values[name] = value;
      }
    }
    this.#steps++;
    return report;
  }

  async evaluate(batch: Named<HostTensor>): Promise<StepReport> {
    this.#evaluation ??= this.engine.compile(
      evaluationFunction(this.task),
      evaluationShapes(this.task),
      this.task.frozen,
    );
    return this.#report(await this.#run(await this.#evaluation, grouped('batch', batch)));
  }

  async state(): Promise<TrainingState> {
    const { parameters, buffers = {} } = this.task;
    const read = async (group: Group, like: Named<HostTensor>): Promise<Named<HostTensor>> => {
      const found: Record<string, HostTensor> = {};
      for (const [name, { shape }] of Object.entries(like)) {
        found[name] = { data: await this.engine.read(this.#values[`${group}/${name}`]), shape };
      }
      return found;
    };
    const moments: Record<string, Named<HostTensor>> = {};
    for (const name of optimizerOf(this.task).moments) {
      moments[name] = await read(`moments.${name}`, parameters);
    }
    return {
      step: this.#steps,
      parameters: await read('parameters', parameters),
      buffers: await read('buffers', buffers),
      moments,
    };
  }

  dispose(): void {
    for (const value of Object.values(this.#values)) value.dispose();
    this.compiled.dispose();
    this.#evaluation?.then((compiled) => compiled.dispose());
  }

  async #run(compiled: Compiled, given: Named<HostTensor>): Promise<Named<Value>> {
    const values = mapped(given, (tensor) => this.engine.put(tensor));
    try {
      return await compiled.run({ ...this.#values, ...values });
    } finally {
      for (const value of Object.values(values)) value.dispose();
    }
  }

  /** Reads loss and metrics and frees them. */
  async #report(outputs: Named<Value>): Promise<StepReport> {
    const read = async (value: Value): Promise<number> => {
      const [number] = await this.engine.read(value);
      value.dispose();
      return number;
    };
    const metrics: Record<string, number> = {};
    for (const [name, value] of Object.entries(groupOf('metrics', outputs))) {
      metrics[name] = await read(value);
    }
    const reported: Record<string, HostTensor> = {};
    for (const [name, value] of Object.entries(groupOf('outputs', outputs))) {
      reported[name] = { data: await this.engine.read(value), shape: value.shape };
      value.dispose();
    }
    return { loss: await read(outputs.loss), metrics, outputs: reported };
  }
}
