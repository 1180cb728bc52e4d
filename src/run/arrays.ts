/** Style transfer on arrays, in this process: for programs that have their own images and no job. @module */
import { createHash } from 'node:crypto';
import type { Engine, HostTensor } from '../engine/engine.js';
import { createEngine, type EngineName } from '../engine/index.js';
import { runOnce } from '../engine/run-once.js';
import { WildstyleError } from '../errors.js';
import { initialImage, startsFromStyle } from '../stylize/initial.js';
import { type NetworkName, networks } from '../stylize/networks/index.js';
import { targetFunction, tensorName } from '../stylize/objective.js';
import { type Recipe, type RecipeInput, recipeSchema } from '../stylize/recipe.js';
import { parametersOf, specOf } from '../stylize/spec.js';
import { evaluateFunction, itemInputs, lossParts, stepName } from '../stylize/step.js';
import { type Stylized, Stylizer } from '../stylize/stylizer.js';
import { graphPixels, thisMachine } from './machine.js';
import { findWeights, WeightStore } from './weights.js';

export interface ArrayOptions {
  /** Default `onnx`. */
  readonly engine?: EngineName;
  /** Default `cpu`. */
  readonly device?: string;
  readonly threads?: number;
  /** Weights file of VGG-19; default: the one in the cache folder. */
  readonly weights?: string;
  /** Seed of the noise of recipes that start from noise; default 0. */
  readonly seed?: number;
}

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

/** Style transfer with an engine of its own; graphs and targets are kept between calls. */
export interface ArrayStylizer {
  /** See {@link stylize}. */
  stylize: (content: HostTensor, style: HostTensor, recipe?: RecipeInput) => Promise<Stylized>;
  /** See {@link evaluate}. */
  evaluate: (
    image: HostTensor,
    content: HostTensor,
    style: HostTensor,
    recipe?: RecipeInput,
  ) => Promise<Evaluation>;
  dispose: () => void;
}

/**
 * Opens an engine for many calls on arrays.
 * @throws `engine-unavailable`
 */
export async function createStylizer(options: ArrayOptions = {}): Promise<ArrayStylizer> {
  const { engine: name = 'onnx', device = 'cpu', threads, seed = 0 } = options;
  const engine = await createEngine(name, { device, ...(threads !== undefined && { threads }) });
  const files = findWeights(options.weights);
  const weights = new WeightStore(files);
  const stylizer = new Stylizer(engine, {
    batch: 1,
    graphPixels: graphPixels(thisMachine(), 1),
    weights: (network) => weights.get(network),
    now: () => performance.now(),
  });
  const parse = (input: RecipeInput): Recipe => {
    const parsed = recipeSchema.safeParse(input);
    if (!parsed.success) {
      const problems = parsed.error.issues.map(({ path, message }) => `recipe.${path.join('.')}: ${message}`);
      throw new WildstyleError('option-invalid', problems.join('\n'), { cause: parsed.error });
    }
    return { ...parsed.data, network: resolveNetwork(parsed.data.network, files) };
  };
  return {
    async stylize(content, style, input = {}) {
      const recipe = parse(input);
      const [contentImage, styleImage] = [
        asBatch(content, 'content', recipe),
        asBatch(style, 'style', recipe),
      ];
      if (startsFromStyle(recipe.init) && contentImage.shape.join() !== styleImage.shape.join()) {
        throw new WildstyleError(
          'shape-mismatch',
          `The recipe starts from the style image, which is [${style.shape}], not [${content.shape}] like the content.`,
          { cure: 'Resize the style image, or start from content or noise.' },
        );
      }
      const initial = initialImage(recipe.init, contentImage, styleImage, seed);
      return stylizer.stylize({
        recipe,
        content: { key: keyOf(contentImage), tensor: contentImage },
        style: { key: keyOf(styleImage), tensor: styleImage },
        initial,
      });
    },
    async evaluate(image, content, style, input = {}) {
      const recipe = parse(input);
      const set = await weights.get(recipe.network as NetworkName);
      return evaluateOn(engine, set, recipe, {
        image: asBatch(image, 'image', recipe),
        content: asBatch(content, 'content', recipe),
        style: asBatch(style, 'style', recipe),
      });
    },
    dispose() {
      stylizer.dispose();
      engine.dispose();
    },
  };
}

/**
 * Stylises one image. The computation runs in this process and blocks its event loop for a step at a time.
 * @param content float RGB in [0, 1], `[height, width, 3]` or `[1, height, width, 3]`; the result has its size
 * @param style the same, of any size
 * @param recipe what differs from the defaults; `size` and `fit` do not matter, since arrays are taken as they are
 * @returns the image `[1, height, width, 3]`, not clamped, with its loss curve
 * @throws `option-invalid`, `shape-mismatch`, `layer-unknown`, `weights-missing`, `loss-diverged`
 */
export async function stylize(
  content: HostTensor,
  style: HostTensor,
  recipe: RecipeInput = {},
  options: ArrayOptions = {},
): Promise<Stylized> {
  const stylizer = await createStylizer(options);
  try {
    return await stylizer.stylize(content, style, recipe);
  } finally {
    stylizer.dispose();
  }
}

/**
 * Evaluates the objective of a recipe for an image: each term, scaled and unscaled, and the gradient with respect to
 * the pixels.
 * @param image float RGB, shaped like the content
 * @throws as {@link stylize}
 */
export async function evaluate(
  image: HostTensor,
  content: HostTensor,
  style: HostTensor,
  recipe: RecipeInput = {},
  options: ArrayOptions = {},
): Promise<Evaluation> {
  const stylizer = await createStylizer(options);
  try {
    return await stylizer.evaluate(image, content, style, recipe);
  } finally {
    stylizer.dispose();
  }
}

/** The network that `auto` stands for: vgg19 where its weights are, else random. */
export function resolveNetwork(
  network: Recipe['network'],
  files: Readonly<Record<string, string>>,
): NetworkName {
  if (network !== 'auto') return network;
  return files.vgg19 ? 'vgg19' : 'random';
}

async function evaluateOn(
  engine: Engine,
  weights: Parameters<Engine['compile']>[2],
  recipe: Recipe,
  { image, content, style }: Record<'image' | 'content' | 'style', HostTensor>,
): Promise<Evaluation> {
  if (image.shape.join() !== content.shape.join()) {
    throw new WildstyleError(
      'shape-mismatch',
      `The image is [${image.shape}], the content [${content.shape}].`,
    );
  }
  const spec = specOf(recipe);
  const targetsOf = async (side: 'content' | 'style', source: HostTensor) => {
    const graph = await engine.compile(targetFunction(spec, side), { image: source.shape }, weights);
    const targets = await runOnce(engine, graph, { image: source });
    graph.dispose();
    return targets;
  };
  const targets = { ...(await targetsOf('content', content)), ...(await targetsOf('style', style)) };
  const { content: contentWeights, style: styleWeights, totalVariation } = parametersOf(recipe);
  const rows = [
    ...spec.content.layers.map((layer) => ({
      term: 'content' as const,
      layer,
      weight: contentWeights[layer],
    })),
    ...spec.style.layers.map((layer) => ({ term: 'style' as const, layer, weight: styleWeights[layer] })),
    { term: 'totalVariation' as const, layer: undefined, weight: totalVariation },
  ].map((row) => ({
    ...row,
    side: row.term === 'style' ? 'style' : 'content',
    name: row.layer ?? tensorName.totalVariation,
  }));
  const inputs: Record<string, HostTensor> = { ...targets, [stepName.image]: image };
  for (const { side, name, weight } of rows) {
    inputs[tensorName.weight(side, name)] = { data: Float32Array.of(weight), shape: [1] };
  }
  const shapes = Object.fromEntries(Object.entries(targets).map(([name, { shape }]) => [name, shape]));
  const graph = await engine.compile(
    evaluateFunction(spec),
    { ...itemInputs(spec, shapes, 1), [stepName.image]: image.shape },
    weights,
  );
  const outputs = await runOnce(engine, graph, inputs);
  graph.dispose();
  const [total, contentLoss, styleLoss, variation] = lossParts.map(
    (part) => outputs[stepName.loss(part)].data[0],
  );
  return {
    total,
    content: contentLoss,
    style: styleLoss,
    totalVariation: variation,
    terms: rows.map(({ term, layer, weight, side, name }) => {
      const unscaled = outputs[tensorName.unscaled(side, name)].data[0];
      const scale = targets[tensorName.scale(side, name)].data[0];
      return { term, layer, unscaled, scale, scaled: unscaled / scale, weight };
    }),
    gradient: outputs[stepName.gradient],
  };
}

function asBatch({ data, shape }: HostTensor, what: string, recipe: Recipe): HostTensor {
  const [height, width, channels] = shape.length === 4 && shape[0] === 1 ? shape.slice(1) : shape;
  if (!(data instanceof Float32Array)) {
    throw new WildstyleError('shape-mismatch', `The ${what}'s data must be a Float32Array.`, {
      cure: 'Convert with Float32Array.from(...), to RGB in [0, 1].',
    });
  }
  if (![3, 4].includes(shape.length) || channels !== 3 || data.length !== height * width * 3) {
    throw new WildstyleError(
      'shape-mismatch',
      `The ${what} must be [height, width, 3] or [1, height, width, 3] with as many values, not [${shape}] with ${data.length}.`,
    );
  }
  const { minimumSizePx } = networks[recipe.network as NetworkName];
  if (Math.min(height, width) < minimumSizePx) {
    throw new WildstyleError(
      'shape-mismatch',
      `The ${what} is ${width} x ${height} pixels; the network ${recipe.network} needs at least ${minimumSizePx} each way.`,
    );
  }
  return { data, shape: [1, height, width, 3] };
}

function keyOf({ data, shape }: HostTensor): string {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return `${shape.join('x')};${createHash('sha256').update(bytes).digest('hex')}`;
}
