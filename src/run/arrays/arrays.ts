/** Style transfer on arrays, in this process: for programs that load their own images and have no job. @module */
import type { HostTensor } from '../../engine/engine.js';
import { WildstyleError } from '../../errors.js';
import type { Source } from '../../methods/method.js';
import type { OptimizeFacts } from '../../methods/optimize/facts.js';
import { OptimizeMaker } from '../../methods/optimize/maker.js';
import { parametersOfRecipe, specOfRecipe } from '../../methods/optimize/objective.js';
import { preparedSource } from '../../methods/optimize/pixels/color.js';
import type { OptimizeRecipe } from '../../methods/optimize/recipe/resolve.js';
import { guidanceOf, withRegions } from '../../methods/optimize/styles/guidance.js';
import type { RecipeInput } from '../../methods/recipe.js';
import { type Evaluation, Evaluator } from '../../stylize/evaluate.js';
import { type ByRole, type Side, styleRoles } from '../../stylize/role.js';
import type { Watch } from '../../stylize/schedule/item.js';
import { TargetCache } from '../../stylize/targets.js';
import { type ArrayImage, arraySource, asBatch, asFinite, sourcesFromArrays } from './array-images.js';
import { type EngineChoice, openMethodContext } from './method-context.js';
import { resolveOptimizeRecipe, withMix } from './resolve-recipe.js';

/** Options for style transfer on arrays. */
export interface ArrayOptions extends EngineChoice {
  /** Seed for everything random in a recipe, such as the initial noise. Default 0. */
  readonly seed?: number;
}

/** A stylized array. */
export interface StylizedArray extends OptimizeFacts {
  /** `[1, height, width, 3]`, RGB in [0, 1]. Its loss is `loss.final`, unless `color` or `blend` changed it at the end. */
  readonly image: HostTensor;
  /** The resolved recipe, with every parameter. */
  readonly recipe: OptimizeRecipe;
  readonly elapsedMs: number;
}

/** One style or several. */
export type StyleArrays = ArrayImage | readonly ArrayImage[];

const asList = (style: StyleArrays): readonly ArrayImage[] =>
  Array.isArray(style) ? style : [style as ArrayImage];

/** Style transfer on its own engine. Reuses compiled graphs and targets across calls. */
export interface ArrayStylizer {
  /** See {@link stylize}. */
  stylize: (
    content: ArrayImage,
    style: StyleArrays,
    recipe?: RecipeInput,
    watch?: Watch,
  ) => Promise<StylizedArray>;
  /** See {@link evaluate}. */
  evaluate: (
    image: HostTensor,
    content: ArrayImage,
    style: StyleArrays,
    recipe?: RecipeInput,
  ) => Promise<Evaluation>;
  dispose: () => void;
}

/**
 * Opens an engine for repeated calls on arrays. Call `dispose` when done.
 * @throws `engine-unavailable`, `option-invalid`, `weights-missing`
 */
export async function createStylizer(options: ArrayOptions = {}): Promise<ArrayStylizer> {
  const { seed = 0 } = options;
  if (!Number.isSafeInteger(seed))
    throw new WildstyleError('option-invalid', `The seed must be a whole number, not ${seed}.`);
  const context = await openMethodContext(options);
  const targets = new TargetCache(context.engine, context.graphBytes);
  const evaluator = new Evaluator(context.engine, targets);
  const maker = new OptimizeMaker(context, targets);
  const resolve = (input: RecipeInput, styles: number) =>
    resolveOptimizeRecipe(withMix(input, styles), options.weights);
  return {
    async stylize(content, style, input = {}, watch = {}) {
      const styles = asList(style);
      const recipe = resolve(input, styles.length);
      const sources = sourcesFromArrays(content, styles, recipe);
      const { image, applied, facts, elapsedMs } = await maker.make({ recipe, sources, seed, watch });
      return { image, recipe: applied, elapsedMs, ...facts };
    },
    async evaluate(image, content, style, input = {}) {
      const styles = asList(style);
      const recipe = resolve(input, styles.length);
      const source = arraySource(content, 'content', recipe);
      const prepared = (side: Side, each: Source): Source => ({
        ...preparedSource(recipe.color, side, each, source),
        mask: each.mask,
      });
      const ofStyles: ByRole<Source> = Object.fromEntries(
        styles.map((each, i) => [styleRoles[i], prepared('style', arraySource(each, styleRoles[i], recipe))]),
      );
      const guidance = guidanceOf(source, ofStyles);
      const request = {
        spec: specOfRecipe(recipe, guidance?.shares),
        parameters: parametersOfRecipe(recipe, guidance?.shares),
        image: asFinite(asBatch(image, 'image', recipe), 'image'),
        sources: withRegions({ content: prepared('content', source), ...ofStyles }, guidance),
        seed,
      };
      return evaluator.evaluate(request, await context.weights(recipe.network));
    },
    dispose() {
      maker.dispose();
      evaluator.dispose();
      context.engine.dispose();
    },
  };
}

/**
 * Stylizes one image. Runs in this process and blocks the event loop for one step at a time.
 * @param content float RGB in [0, 1], `[height, width, 3]` or `[1, height, width, 3]`; the result has the same size
 * @param style likewise, of any size; several are blended, by `style.mix` of the recipe or with equal weights
 * @param recipe overrides of the defaults; `size` and `fit` have no effect, because arrays are not resized
 * @returns the image `[1, height, width, 3]`, RGB in [0, 1], with its loss curve
 * @throws `option-invalid`, `shape-mismatch`, `layer-unknown`, `weights-missing`, `weights-invalid`, `loss-diverged`,
 *   `engine-unavailable`
 */
export async function stylize(
  content: ArrayImage,
  style: StyleArrays,
  recipe: RecipeInput = {},
  options: ArrayOptions = {},
): Promise<StylizedArray> {
  const stylizer = await createStylizer(options);
  try {
    return await stylizer.stylize(content, style, recipe);
  } finally {
    stylizer.dispose();
  }
}

/**
 * Evaluates the objective of a recipe at an image: each term, scaled and unscaled, and the gradient with respect to
 * the pixels.
 * @param image float RGB, the same shape as the content
 * @throws the same errors as {@link stylize}
 */
export async function evaluate(
  image: HostTensor,
  content: ArrayImage,
  style: StyleArrays,
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
