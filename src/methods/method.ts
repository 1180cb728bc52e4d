/** The interface of a method: a way to make an item's image from its source images. @module */
import type { z } from 'zod';
import type { Engine, HostTensor, Named, WeightSet } from '../engine/engine.js';
import type { Augment } from '../images/augment/parameters.js';
import type { FittedTarget } from '../images/fit.js';
import type { Mask } from '../images/mask.js';
import type { NetworkName } from '../stylize/networks/index.js';
import type { Role } from '../stylize/role.js';
import type { Watch } from '../stylize/schedule/item.js';
import type { StepTotals } from '../stylize/step-totals.js';
import type { SourceImage } from '../stylize/targets.js';

/** A source image, with its mask if it has one. */
export interface Source extends SourceImage {
  /** Of the same size as the image. */
  readonly mask?: Mask | undefined;
}

/** A source image that a method needs, and the shape to decode it to. */
export interface SourceRequest {
  /** The method's name for it. */
  readonly name: string;
  readonly role: Role;
  /** Fit the image to a size, or scale it to cover the shape of another request and crop it. */
  readonly target: FittedTarget | { readonly shapeOf: string };
}

/** The cost of making an item, in evaluations of the objective. 0 for a method without steps. */
export interface Cost {
  readonly steps: number;
  /** Evaluations times pixels, summed over all image sizes. Time is proportional to this. */
  readonly pixelSteps: number;
}

/** The fields that every resolved recipe has. */
export interface MethodRecipe {
  readonly method: string;
  /** Long edge of the result in pixels. */
  readonly size: number;
  readonly fit: FittedTarget['fit'];
  /** What is done around the method. Methods know nothing of it. */
  readonly augment?: Augment;
}

/** Decisions that a job leaves to wildstyle. */
export interface ResolveFacts {
  /** The network that `network: auto` resolves to. */
  readonly network: NetworkName;
}

/** What a method has to work with in one process. */
export interface MethodContext {
  readonly engine: Engine;
  /** @throws `weights-missing`, `weights-invalid` */
  readonly weights: (network: NetworkName) => Promise<WeightSet>;
  /** The batch size for items of this many pixels each. */
  readonly batch: (pixels: number) => number;
  /** Approximate limit on the memory of compiled graphs, in bytes. */
  readonly graphBytes: number;
  /** A monotonic clock in milliseconds. */
  readonly now: () => number;
}

/** An item to make. */
export interface MakeRequest<Recipe> {
  readonly recipe: Recipe;
  /** Keyed by the names of the method's {@link SourceRequest}s. */
  readonly sources: Named<Source>;
  /** 32-bit seed of all random draws for this item. */
  readonly seed: number;
  readonly watch?: Watch | undefined;
}

/** A finished image. */
export interface Made<Recipe, Facts> {
  /** `[1, height, width, 3]`, RGB, approximately in [0, 1]. */
  readonly image: HostTensor;
  /** The recipe that made it. Differs from the requested one if a retry lowered the learning rate. */
  readonly applied: Recipe;
  /** The method's fields of the record. Matches the method's `facts` schema. */
  readonly facts: Facts;
  readonly elapsedMs: number;
}

/** A method running in one process. */
export interface Maker<Recipe = never, Facts = object> {
  /** Totals over all steps so far. */
  readonly totals: StepTotals;
  /**
   * Makes one item, batched with other pending items.
   * @param signal cancels the item if aborted before its first step; the promise then rejects with the signal's reason
   * @throws `layer-unknown`, `weights-missing`, `loss-diverged`, and engine errors
   */
  make(request: MakeRequest<Recipe>, signal?: AbortSignal): Promise<Made<Recipe, Facts>>;
  dispose(): void;
}

/**
 * A way to make an image. Every function except `open` is pure.
 * @typeParam Drawn the recipe as drawn: plain values, with schema defaults filled in
 * @typeParam Recipe the resolved recipe: nothing optional, no `auto`. Together with sources and seed, it determines
 *   the pixels
 */
export interface Method<Drawn, Recipe extends MethodRecipe, Facts extends object> {
  /** Part of every item's id. Increment it when the same resolved recipe produces different pixels. */
  readonly version: number;
  /**
   * The recipe keys it adds to `method`, `size` and `fit`. All methods share one set of keys, so a key must mean the same
   * in every method that uses it.
   */
  readonly parameters: z.ZodRawShape;
  /**
   * Checks a recipe as a whole. Returns the problem and the path of the key that causes it, or undefined. Values may be
   * distributions.
   */
  readonly check?: (recipe: Drawn) => { readonly path: string[]; readonly message: string } | undefined;
  readonly resolve: (drawn: Drawn, facts: ResolveFacts) => Recipe;
  /** The resolved recipe as text, equal for equal recipes only: ids hash it. */
  readonly fingerprint: (recipe: Recipe) => string;
  /** The fields it adds to an item's record. */
  readonly facts: z.ZodObject;
  /** The networks whose weights a recipe needs. */
  readonly networks: (recipe: Recipe) => readonly NetworkName[];
  readonly sources: (recipe: Recipe) => readonly SourceRequest[];
  /** The number of styles that it blends in one image. */
  readonly styles: (recipe: Recipe) => number;
  readonly cost: (recipe: Recipe) => Cost;
  /** The long edges of the smallest and the largest image that it works on: memory and batches follow from them. */
  readonly sizeRange: (recipe: Recipe) => { readonly smallestPx: number; readonly largestPx: number };
  /** The recipe with half of its strength, for another attempt at an image that lost its class. */
  readonly gentler: (recipe: Recipe) => Recipe;
  /** A short version of the recipe, no larger than `sizePx`. Timing it gives an estimate for the whole recipe. */
  readonly sample: (recipe: Recipe, steps: number, sizePx: number) => Recipe;
  /** Equal for recipes whose steps take the same time at the same size on the same machine. */
  readonly costKey: (recipe: Recipe) => string;
  readonly open: (context: MethodContext) => Maker<Recipe, Facts>;
}
