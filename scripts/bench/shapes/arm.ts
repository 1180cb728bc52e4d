/** One side of a comparison: makes images as a worker does, and adds up what they cost. @module */
import { existsSync } from 'node:fs';
import { encodeImage } from '../../../src/images/encode.js';
import { toPixels } from '../../../src/images/tensor.js';
import type { MethodContext } from '../../../src/methods/method.js';
import { OptimizeMaker } from '../../../src/methods/optimize/maker.js';
import type { OptimizeRecipe } from '../../../src/methods/optimize/recipe/resolve.js';
import type { RecipeInput } from '../../../src/methods/recipe.js';
import { openMethodContext } from '../../../src/run/arrays/method-context.js';
import { resolveOptimizeRecipe } from '../../../src/run/arrays/resolve-recipe.js';
import { imagesIn, type PictureFolders } from '../pictures/pairs.js';
import { type Aspect, photographOf, sourcesOfPair } from './photographs.js';

export class Arm {
  /** Processor time per pixel of the results so far, in microseconds. */
  get usPerPixel(): number {
    return this.#us / this.#pixels;
  }
  #us = 0;
  #pixels = 0;
  readonly #maker: OptimizeMaker;

  private constructor(
    private readonly context: MethodContext,
    private readonly resolved: OptimizeRecipe,
    private readonly files: { readonly contents: readonly string[]; readonly styles: readonly string[] },
  ) {
    this.#maker = new OptimizeMaker(context);
  }

  static async open(input: RecipeInput, { content, style, weights }: PictureFolders): Promise<Arm> {
    const files = input.network === 'vgg19' && existsSync(weights) ? { vgg19: weights } : undefined;
    const context = await openMethodContext({ threads: 1, ...(files && { weights: files }) });
    const recipe = resolveOptimizeRecipe(input, files);
    const [contents, styles] = await Promise.all([content, style].map(imagesIn));
    return new Arm(context, recipe, { contents, styles });
  }

  /** Makes one image from a photograph in this aspect ratio. */
  async make(index: number, aspect: Aspect): Promise<void> {
    const { contents, styles } = this.files;
    const content = await photographOf(contents[index % contents.length], aspect);
    const style = styles[index % styles.length];
    const recipe = this.resolved;
    const before = process.cpuUsage();
    const sources = await sourcesOfPair(recipe, content, style, `${index}`);
    const { image } = await this.#maker.make({ recipe, sources, seed: index });
    const pixels = toPixels(image.data, image.shape);
    await encodeImage(pixels, { format: 'jpeg', quality: 92 });
    const { user, system } = process.cpuUsage(before);
    this.#us += user + system;
    this.#pixels += pixels.widthPx * pixels.heightPx;
  }

  dispose(): void {
    this.#maker.dispose();
    this.context.engine.dispose();
  }
}
