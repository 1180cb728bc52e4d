/** Stylizes one image from image files, in this process, with progress. @module */
import { decodeImage } from '../../images/decode.js';
import { inspectImage } from '../../images/inspect.js';
import { decodeMask } from '../../images/mask.js';
import type { Pixels } from '../../images/pixels.js';
import { toTensor } from '../../images/tensor.js';
import { methodOf } from '../../methods/index.js';
import type { OptimizeFacts } from '../../methods/optimize/facts.js';
import type { RecipeInput } from '../../methods/recipe.js';
import { type ByRole, styleRoles } from '../../stylize/role.js';
import { loadRequests } from '../item/load-sources.js';
import { makeImage } from '../item/make-image.js';
import type { Progress } from '../progress/progress.js';
import { type EngineChoice, openMethodContext } from './method-context.js';
import { resolveRecipe, withMix } from './resolve-recipe.js';

export interface StylizeImagesOptions extends EngineChoice {
  /** When aborted, stops and returns the current image. */
  readonly finish?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
}

/** An image file, and that of its mask if it has one. */
export interface FileWithMask {
  readonly file: string;
  readonly mask?: string | undefined;
}

/**
 * Stylizes one image.
 * @param files the source images, by role; several styles are blended by `style.mix`, or with equal weights
 * @returns the pixels, and the facts that the method reports
 * @throws `option-invalid`, and the errors of `decodeImage` and of the method
 */
export async function stylizeImages(
  files: ByRole<FileWithMask>,
  input: RecipeInput,
  { finish, onProgress, ...choice }: StylizeImagesOptions = {},
): Promise<{ pixels: Pixels; facts: Partial<OptimizeFacts> }> {
  const styles = styleRoles.filter((role) => files[role] !== undefined);
  const recipe = resolveRecipe(withMix(input, styles.length), choice.weights);
  const method = methodOf(recipe);
  const sources = await loadRequests(method.sources(recipe), async (role, target) => {
    const { file, mask: maskFile } = files[role] ?? { file: '' };
    const key = [file, ...Object.values(target)].join(';');
    const pixels = await decodeImage(file, target);
    const fit = 'fit' in target ? target.fit : 'keep';
    const mask = maskFile && {
      key: `${key};${maskFile}`,
      ...(await decodeMask(maskFile, await inspectImage(file), pixels, fit)),
    };
    return { key, tensor: toTensor(pixels), ...(mask && { mask }) };
  });
  const context = await openMethodContext(choice);
  const maker = method.open(context);
  try {
    const onStep = progressOf(method.cost(recipe).steps, onProgress);
    const watch = { onStep, ...(finish && { finish }) };
    const { pixels, made } = await makeImage(maker, { recipe, sources, seed: 0, watch });
    return { pixels, facts: made.facts };
  } finally {
    maker.dispose();
    context.engine.dispose();
  }
}

/** Every call of what it returns counts as an evaluation, the unit of a method's cost. */
function progressOf(totalSteps: number, report: StylizeImagesOptions['onProgress']) {
  const startedMs = performance.now();
  let doneSteps = 0;
  return () => {
    doneSteps++;
    const elapsedMs = performance.now() - startedMs;
    const remainingMs = (elapsedMs / doneSteps) * Math.max(0, totalSteps - doneSteps);
    const itemsPerMinute = 60_000 / (elapsedMs + remainingMs);
    const rates = { itemsPerMinute, stylizedPerMinute: itemsPerMinute, workersBusy: 1 };
    const items = { doneItems: 0, failedItems: 0, totalItems: 1, doneStylized: 0, totalStylized: 1 };
    report?.({ ...items, ...rates, doneSteps, totalSteps, elapsedMs, remainingMs });
  };
}
