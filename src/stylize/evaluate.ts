/** The objective of one image, term by term, with its gradient. @module */
import pLimit from 'p-limit';
import type { Compiled, Engine, HostTensor, Named, WeightSet } from '../engine/engine.js';
import { runOnce } from '../engine/run-once.js';
import { WildstyleError } from '../errors.js';
import { AsyncCache } from '../files/async-cache.js';
import { tensorName } from './objective.js';
import type { Recipe } from './recipe.js';
import { parametersOf, type Spec, specOf } from './spec.js';
import { evaluateFunction, itemInputs, lossParts, stepName } from './step.js';
import type { SourceImage, TargetCache } from './targets.js';

/** The value of one term of the objective at one layer. */
export interface TermValue {
  readonly term: 'content' | 'style' | 'totalVariation';
  /** Undefined for the total variation, which has no layer. */
  readonly layer: string | undefined;
  /** The plain loss. */
  readonly unscaled: number;
  /** What the loss is divided by: its value for the target. */
  readonly scale: number;
  /** `unscaled / scale`: what a weight multiplies. */
  readonly scaled: number;
  /** The weight: content weight or strength times the layer's share. */
  readonly weight: number;
}

/** The objective at one image. */
export interface Evaluation {
  /** The objective: the sum of `weight * scaled` over all terms. */
  readonly total: number;
  /** The weighted sums of the three kinds of term. */
  readonly content: number;
  readonly style: number;
  readonly totalVariation: number;
  readonly terms: readonly TermValue[];
  /** The derivative of `total` with respect to the pixels: the image's shape. */
  readonly gradient: HostTensor;
}

/** An image to evaluate. */
export interface EvaluateRequest {
  /** With its network resolved (not `auto`). */
  readonly recipe: Recipe;
  /** `[1, height, width, 3]`, the content's shape; RGB, not necessarily in [0, 1] */
  readonly image: HostTensor;
  readonly content: SourceImage;
  readonly style: SourceImage;
}

const mostGraphs = 4;

/** Evaluates images; graphs are compiled once for each spec and shape. */
export class Evaluator {
  readonly #graphs = new AsyncCache<Compiled>({
    maxSize: mostGraphs,
    dispose: (graph) => graph.dispose(),
  });

  /** One at a time: a graph must not fall out of its cache while it runs. */
  readonly #run = pLimit(1);

  constructor(
    private readonly engine: Engine,
    private readonly targets: TargetCache,
  ) {}

  /** @throws `shape-mismatch` when image and content differ, `layer-unknown`, and what the engine throws */
  async evaluate(request: EvaluateRequest, weights: WeightSet): Promise<Evaluation> {
    const { recipe, image, content, style } = request;
    if (image.shape.join() !== content.tensor.shape.join()) {
      throw new WildstyleError(
        'shape-mismatch',
        `The image is [${image.shape}], the content [${content.tensor.shape}].`,
      );
    }
    const spec = specOf(recipe);
    const targets = await this.targets.get(spec, { content, style }, weights);
    const rows = termsOf(spec, recipe);
    const inputs: Record<string, HostTensor> = { ...targets, [stepName.image]: image };
    for (const { side, name, weight } of rows) {
      inputs[tensorName.weight(side, name)] = { data: Float32Array.of(weight), shape: [1] };
    }
    const outputs = await this.#run(async () =>
      runOnce(this.engine, await this.#graphOf(spec, image, targets, weights), inputs),
    );
    const number = (name: string): number => outputs[name].data[0];
    const [total, contentLoss, styleLoss, totalVariation] = lossParts.map((part) =>
      number(stepName.loss(part)),
    );
    return {
      total,
      content: contentLoss,
      style: styleLoss,
      totalVariation,
      terms: rows.map(({ term, layer, weight, side, name }) => {
        const unscaled = number(tensorName.unscaled(side, name));
        const scale = targets[tensorName.scale(side, name)].data[0];
        return { term, layer, unscaled, scale, scaled: unscaled / scale, weight };
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
    const inputs = { ...itemInputs(spec, shapes, 1), [stepName.image]: shape };
    const key = [spec.key, ...Object.values(inputs).map((dimensions) => dimensions.join('x'))].join(';');
    return this.#graphs.get(key, () => this.engine.compile(evaluateFunction(spec), inputs, weights));
  }
}

/** Every term of an objective with its weight, and the names that the objective gives it. */
function termsOf(spec: Spec, recipe: Recipe) {
  const parameters = parametersOf(recipe);
  const sides = (['content', 'style'] as const).flatMap((side) =>
    spec[side].layers.map((layer) => ({
      term: side,
      layer,
      side,
      name: layer,
      weight: parameters[side][layer],
    })),
  );
  const smoothness = {
    term: 'totalVariation' as const,
    layer: undefined,
    side: 'content' as const,
    name: tensorName.totalVariation,
    weight: parameters.totalVariation,
  };
  return [...sides, smoothness];
}
