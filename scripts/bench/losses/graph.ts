/** The graphs that the benchmark of losses measures. @module */
import * as tf from '@tensorflow/tfjs';
import type { Engine, HostTensor, TensorFunction, WeightSet } from '../../../src/engine/index.js';
import { runOnce } from '../../../src/engine/run-once.js';
import { vgg19 } from '../../../src/stylize/networks/vgg/vgg19.js';
import { targetFunction, tensorName } from '../../../src/stylize/objective.js';
import { layersOf, rolesOf, type Spec, specOf } from '../../../src/stylize/spec.js';
import { evaluateFunction, itemInputs, stepName } from '../../../src/stylize/step.js';
import { drawStepInput, stepInputsOf } from '../../../src/stylize/step-inputs.js';
import { lossesByTerm } from '../../../src/stylize/terms/index.js';
import { shareOf } from '../../../src/stylize/terms/term.js';
import { gaussian } from '../vgg.js';

/** A compiled graph with its inputs. */
export interface LossGraph {
  readonly run: () => Promise<void>;
  readonly dispose: () => void;
}

/** The spec of a single loss at the default layers of its side. @param name one of the names of terms */
export function specOfLoss(name: string): Spec {
  const role = name.startsWith('style') ? 'style' : 'content';
  const { contentLayers, styleLayers } = vgg19.defaults;
  const layers = role === 'style' ? styleLayers : Object.keys(contentLayers);
  const terms = { [name]: { role, layers } } as const;
  return specOf({ network: 'vgg19', pooling: 'max', optimizer: { name: 'lbfgs' }, terms });
}

/** The network alone, forward and backward, through the layers that a loss reads. */
const networkFunction =
  (spec: Spec): TensorFunction =>
  ({ [stepName.image]: image }, weights) => ({
    gradient: tf.grad((x) => {
      const layers = layersOf(spec.terms);
      const features = vgg19.features(x as tf.Tensor4D, weights, layers, 'max');
      return tf.addN(layers.map((layer) => tf.mean(features[layer])));
    })(image),
  });

/** An image `[1, sizePx, sizePx, 3]` of noise. */
function noise(sizePx: number, seed: number): HostTensor {
  const data = gaussian(sizePx ** 2 * 3, 0.2, seed).map((value) => Math.min(1, Math.max(0, value + 0.5)));
  return { data, shape: [1, sizePx, sizePx, 3] };
}

async function compiled(
  engine: Engine,
  fn: TensorFunction,
  inputs: Readonly<Record<string, HostTensor>>,
  weights: WeightSet,
): Promise<LossGraph> {
  const shapes = Object.fromEntries(Object.entries(inputs).map(([name, { shape }]) => [name, shape]));
  const graph = await engine.compile(fn, shapes, weights);
  const values = Object.fromEntries(Object.entries(inputs).map(([name, host]) => [name, engine.put(host)]));
  return {
    async run() {
      for (const output of Object.values(await graph.run(values))) output.dispose();
    },
    dispose() {
      for (const value of Object.values(values)) value.dispose();
      graph.dispose();
    },
  };
}

/** The graph of the network alone. */
export function networkGraph(engine: Engine, spec: Spec, weights: WeightSet, sizePx: number) {
  return compiled(engine, networkFunction(spec), { [stepName.image]: noise(sizePx, 1) }, weights);
}

/** The graph of a loss and its gradient with respect to the pixels. */
export async function lossGraph(
  engine: Engine,
  spec: Spec,
  weights: WeightSet,
  sizePx: number,
): Promise<LossGraph> {
  const image = noise(sizePx, 1);
  const inputs: Record<string, HostTensor> = {};
  for (const [i, role] of rolesOf(spec).entries()) {
    const graph = await engine.compile(targetFunction(spec, role), { image: image.shape }, weights);
    Object.assign(inputs, await runOnce(engine, graph, { image: noise(sizePx, 2 + i) }));
    graph.dispose();
  }
  const shapes = Object.fromEntries(Object.entries(inputs).map(([name, { shape }]) => [name, shape]));
  for (const [name, shape] of Object.entries(itemInputs(spec, shapes, image.shape))) {
    inputs[name] ??= { data: Float32Array.of(numberOf(spec, name)), shape };
  }
  for (const [name, wanted] of Object.entries(stepInputsOf(spec, image.shape))) {
    inputs[name] = { data: drawStepInput(name, wanted, 1, 0), shape: [1, ...wanted.shape] };
  }
  return compiled(engine, evaluateFunction(spec), { ...inputs, [stepName.image]: image }, weights);
}

/** A parameter of the loss by default, the share of a layer, or a weight. */
function numberOf({ terms }: Spec, input: string): number {
  for (const { name, term } of terms) {
    for (const [key, parameter] of Object.entries(lossesByTerm[name].parameters))
      if (input === tensorName.number(name, key)) return Number(parameter.default);
    for (const layer of term.layers)
      if (input === tensorName.number(name, shareOf(layer))) return 1 / term.layers.length;
  }
  return 1;
}
