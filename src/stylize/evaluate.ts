/** Evaluates the objective of one image, term by term, and its gradient. @module */
import pLimit from 'p-limit';
import type { Compiled, Engine, HostTensor, Named, WeightSet } from '../engine/engine.js';
import { runOnce } from '../engine/run-once.js';
import { WildstyleError } from '../errors.js';
import { AsyncCache } from '../files/async-cache.js';
import { scaleNames, tensorName } from './objective.js';
import { weightInputs } from './regions/guide-inputs.js';
import type { Spec } from './spec.js';
import { evaluateFunction, itemInputs, stepName } from './step.js';
import { drawStepInput, stepInputsOf } from './step-inputs.js';
import type { StylizeRequest } from './stylizer.js';
import type { TargetCache } from './targets.js';

/** The value of one part of a term. */
export interface TermValue {
  /** The name of the term: `style.gram`. */
  readonly term: string;
  /** The part of the term: a layer, or `pixels`. */
  readonly part: string;
  /** The loss before scaling. */
  readonly unscaled: number;
  /** The divisor of the loss: its magnitude for the target; 1 with absolute weights. */
  readonly scale: number;
  /** `unscaled / scale`, before multiplying by the weight. */
  readonly scaled: number;
  readonly weight: number;
}

/** The objective at one image. */
export interface Evaluation {
  /** The objective: the sum of `weight * scaled` over all parts. */
  readonly total: number;
  /** Weighted value of each term; they sum to the total. */
  readonly terms: Named<number>;
  readonly parts: readonly TermValue[];
  /** The gradient of `total` with respect to the pixels: `[1, height, width, 3]`. */
  readonly gradient: HostTensor;
}

/** An image to evaluate. */
export interface EvaluateRequest extends Pick<StylizeRequest, 'spec' | 'parameters' | 'sources'> {
  /** `[1, height, width, 3]`, the content's shape. RGB, not necessarily in [0, 1]. */
  readonly image: HostTensor;
  /** Seed of the numbers that terms draw. The objective is that of the first step. */
  readonly seed: number;
}

const mostGraphs = 4;

/** Evaluates images. Compiled graphs are cached by spec and shape. */
export class Evaluator {
  readonly #graphs = new AsyncCache<Compiled>({
    maxSize: mostGraphs,
    dispose: (graph) => graph.dispose(),
  });

  /** Runs one graph at a time, so that no graph is evicted from the cache while it runs. */
  readonly #run = pLimit(1);

  constructor(
    private readonly engine: Engine,
    private readonly targets: TargetCache,
  ) {}

  /** @throws `shape-mismatch` if the image and the content differ in shape, `layer-unknown`, and engine errors */
  async evaluate(request: EvaluateRequest, weights: WeightSet): Promise<Evaluation> {
    const { spec, parameters, image, sources, seed } = request;
    if (sources.content && image.shape.join() !== sources.content.tensor.shape.join()) {
      throw new WildstyleError(
        'shape-mismatch',
        `The shape of the image is [${image.shape}], but that of the content is [${sources.content.tensor.shape}].`,
      );
    }
    const { regions } = sources.content ?? {};
    const targets = {
      ...(await this.targets.get(spec, sources, weights)),
      ...weightInputs(spec, regions, image.shape),
    };
    const rows = spec.terms.flatMap(({ name, term }) =>
      term.parts.map((part) => ({ term: name, part, weight: parameters.weights[name][part] })),
    );
    const inputs: Record<string, HostTensor> = { ...targets, [stepName.image]: image };
    for (const { term, part, weight } of rows) {
      inputs[tensorName.weight(term, part)] = { data: Float32Array.of(weight), shape: [1] };
    }
    for (const { name, term } of spec.terms) {
      for (const number of term.numbers ?? []) {
        const data = Float32Array.of(parameters.numbers[name][number]);
        inputs[tensorName.number(name, number)] = { data, shape: [1] };
      }
    }
    for (const [name, wanted] of Object.entries(stepInputsOf(spec, image.shape))) {
      inputs[name] = { data: drawStepInput(name, wanted, seed, 0, regions), shape: [1, ...wanted.shape] };
    }
    const outputs = await this.#run(async () =>
      runOnce(this.engine, await this.#graphOf(spec, image, targets, weights), inputs),
    );
    const number = (name: string): number => outputs[name].data[0];
    const terms = Object.fromEntries(spec.terms.map(({ name, term }) => [name, term]));
    return {
      total: number(stepName.total),
      terms: Object.fromEntries(spec.terms.map(({ name }) => [name, number(stepName.term(name))])),
      parts: rows.map(({ term, part, weight }) => {
        const unscaled = number(tensorName.unscaled(term, part));
        const names = spec.isScaled ? scaleNames(term, terms[term], part) : [];
        const scales = names.flatMap((name) => targets[name]?.data[0] ?? []);
        const scale = scales.length > 0 ? scales.reduce((a, b) => a + b) / scales.length : 1;
        return { term, part, unscaled, scale, scaled: unscaled / scale, weight };
      }),
      gradient: outputs[stepName.gradient],
    };
  }

  dispose(): void {
    this.#graphs.clear();
  }

  #graphOf(
    spec: Spec,
    { shape }: HostTensor,
    targets: Named<HostTensor>,
    weights: WeightSet,
  ): Promise<Compiled> {
    const shapes = Object.fromEntries(Object.entries(targets).map(([name, target]) => [name, target.shape]));
    const inputs = { ...itemInputs(spec, shapes, shape), [stepName.image]: shape };
    const key = [spec.key, ...Object.values(inputs).map((dimensions) => dimensions.join('x'))].join(';');
    return this.#graphs.get(key, () => this.engine.compile(evaluateFunction(spec), inputs, weights));
  }
}
