/** Style transfer on arrays, in this process: for programs that have their own images and no job. @module */
import { z } from 'zod';
import type { HostTensor } from '../engine/engine.js';
import { createEngine, type EngineName } from '../engine/index.js';
import { WildstyleError } from '../errors.js';
import { sha256 } from '../files/digest.js';
import { problemsOf } from '../job/explain.js';
import { type Evaluation, Evaluator } from '../stylize/evaluate.js';
import { initialImage, startsFromStyle } from '../stylize/initial.js';
import { type NetworkName, networks } from '../stylize/networks/index.js';
import { type Recipe, type RecipeInput, recipeSchema } from '../stylize/recipe.js';
import { type Stylized, Stylizer } from '../stylize/stylizer.js';
import { type SourceImage, TargetCache } from '../stylize/targets.js';
import { graphBytesOf, thisMachine } from './estimate/machine.js';
import { findWeights, resolveNetwork, WeightStore } from './weights.js';

/** With what arrays are computed. */
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
 * @throws `engine-unavailable`, `option-invalid`
 */
export async function createStylizer(options: ArrayOptions = {}): Promise<ArrayStylizer> {
  const { engine: name = 'onnx', device = 'cpu', threads, seed = 0 } = options;
  if (!Number.isSafeInteger(seed))
    throw new WildstyleError('option-invalid', `The seed must be a whole number, not ${seed}.`);
  const engine = await createEngine(name, { device, ...(threads !== undefined && { threads }) });
  const files = findWeights(options.weights);
  const weights = new WeightStore(files);
  const graphBytes = graphBytesOf(thisMachine(), 1);
  const targets = new TargetCache(engine, graphBytes);
  const evaluator = new Evaluator(engine, targets);
  const stylizer = new Stylizer(engine, {
    targets,
    batch: () => 1,
    graphBytes,
    weights: (network) => weights.get(network),
    now: () => performance.now(),
  });
  const parse = (input: RecipeInput): Recipe => {
    const problems = problemsOf(z.object({ recipe: recipeSchema }), { recipe: input });
    if (problems.length > 0) {
      throw new WildstyleError('option-invalid', problems.map(({ message }) => message).join('\n'));
    }
    const recipe = recipeSchema.parse(input);
    return { ...recipe, network: resolveNetwork(recipe.network, files) };
  };
  return {
    async stylize(content, style, input = {}) {
      const recipe = parse(input);
      const [contentImage, styleImage] = [
        asSource(content, 'content', recipe),
        asSource(style, 'style', recipe),
      ];
      if (
        startsFromStyle(recipe.init) &&
        contentImage.tensor.shape.join() !== styleImage.tensor.shape.join()
      ) {
        throw new WildstyleError(
          'shape-mismatch',
          `The recipe starts from the style image, which is [${style.shape}], not [${content.shape}] like the content.`,
          { cure: 'Resize the style image, or start from content or noise.' },
        );
      }
      const initial = initialImage(recipe.init, contentImage.tensor, styleImage.tensor, seed);
      return stylizer.stylize({ recipe, content: contentImage, style: styleImage, initial });
    },
    async evaluate(image, content, style, input = {}) {
      const recipe = parse(input);
      const request = {
        recipe,
        image: asFinite(asBatch(image, 'image', recipe), 'image'),
        content: asSource(content, 'content', recipe),
        style: asSource(style, 'style', recipe),
      };
      return evaluator.evaluate(request, await weights.get(recipe.network as NetworkName));
    },
    dispose() {
      stylizer.dispose();
      evaluator.dispose();
      engine.dispose();
    },
  };
}

/**
 * Stylizes one image. The computation runs in this process and blocks its event loop for a step at a time.
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

function asBatch({ data, shape }: HostTensor, what: string, recipe: Recipe): HostTensor {
  const [height, width, channels] = shape.length === 4 && shape[0] === 1 ? shape.slice(1) : shape;
  if (!(data instanceof Float32Array)) {
    throw new WildstyleError('shape-mismatch', `The ${what}'s data must be a Float32Array.`, {
      cure: 'Convert with Float32Array.from(...), to RGB in [0, 1].',
    });
  }
  const isImage = [3, 4].includes(shape.length) && channels === 3 && [height, width].every(Number.isInteger);
  if (!isImage || data.length !== height * width * 3) {
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

function asFinite(image: HostTensor, what: string): HostTensor {
  const index = image.data.findIndex((value) => !Number.isFinite(value));
  if (index < 0) return image;
  throw new WildstyleError(
    'option-invalid',
    `The ${what} has the value ${image.data[index]} at index ${index}.`,
  );
}

/** Rounding of whoever made the array. */
const rangeTolerance = 1e-3;

/** A photograph or a painting: unlike an image in the making, its values have to be colors. */
function asSource(image: HostTensor, what: string, recipe: Recipe): SourceImage {
  const tensor = asBatch(image, what, recipe);
  const { data, shape } = tensor;
  const index = data.findIndex((value) => !(value >= -rangeTolerance && value <= 1 + rangeTolerance));
  if (index >= 0) {
    throw new WildstyleError(
      'option-invalid',
      `The ${what} has the value ${data[index]} at index ${index}.`,
      {
        cure: 'Values are RGB in [0, 1]: divide bytes by 255, and clamp what came out of an optimization.',
      },
    );
  }
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return { key: `${shape.join('x')};${sha256(bytes)}`, tensor };
}
