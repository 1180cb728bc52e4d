/** What a method is: a way to make an item's image from its sources. @module */
import type { z } from 'zod';
import type { Engine, HostTensor, Named, WeightSet } from '../engine/engine.js';
import type { FittedTarget } from '../images/fit.js';
import type { Watch } from '../stylize/batch.js';
import type { NetworkName } from '../stylize/networks/index.js';
import type { Role } from '../stylize/role.js';
import type { StepTotals } from '../stylize/step-totals.js';
import type { SourceImage } from '../stylize/targets.js';

/** An image that a method needs, decoded to a shape. */
export interface SourceRequest {
  /** What the method calls it. */
  readonly name: string;
  readonly role: Role;
  /** The shape to decode it to: fitted, or that of another request (which covers it and is cropped). */
  readonly target: FittedTarget | { readonly shapeOf: string };
}

/** What making an item costs, in evaluations of the objective. A method without steps costs 0. */
export interface Cost {
  readonly steps: number;
  /** Each evaluation counted with the pixels of its image: what its time is proportional to. */
  readonly pixelSteps: number;
}

/** What every resolved recipe has. */
export interface MethodRecipe {
  readonly method: string;
  /** Long edge of the result in pixels. */
  readonly size: number;
  readonly fit: FittedTarget['fit'];
}

/** What a job leaves open and this machine decides. */
export interface ResolveFacts {
  /** What `network: auto` stands for. */
  readonly network: NetworkName;
}

/** What a method works with in one process. */
export interface MethodContext {
  readonly engine: Engine;
  /** @throws `weights-missing`, `weights-invalid` */
  readonly weights: (network: NetworkName) => Promise<WeightSet>;
  /** How many items of a shape to make together, by the pixels of one. */
  readonly batch: (pixels: number) => number;
  /** Approximate bound on the bytes that compiled graphs hold. */
  readonly graphBytes: number;
  /** A monotonic clock in milliseconds. */
  readonly now: () => number;
}

/** An item to make. */
export interface MakeRequest<Recipe> {
  readonly recipe: Recipe;
  /** By the names of the method's {@link SourceRequest}s. */
  readonly sources: Named<SourceImage>;
  /** Seed of every draw made for this item: 32 bits. */
  readonly seed: number;
  readonly watch?: Watch | undefined;
}

/** A finished image. */
export interface Made<Recipe, Facts> {
  /** `[1, height, width, 3]`; not clamped. */
  readonly image: HostTensor;
  /** The recipe that made it; differs from the one asked for where a retry was gentler. */
  readonly applied: Recipe;
  /** What the record says about how it was made: fits the method's `facts` schema. */
  readonly facts: Facts;
  readonly elapsedMs: number;
}

/** A method at work in one process. */
export interface Maker<Recipe = never, Facts = object> {
  /** All steps so far. */
  readonly totals: StepTotals;
  /**
   * Makes one item, together with others that were asked for and are not finished.
   * @param signal drops the item when aborted before its first step; the promise then rejects with the signal's reason
   * @throws `layer-unknown`, `weights-missing`, `loss-diverged`, and what the engine throws
   */
  make(request: MakeRequest<Recipe>, signal?: AbortSignal): Promise<Made<Recipe, Facts>>;
  dispose(): void;
}

/**
 * A way to make an image. All but `open` are pure functions.
 * @typeParam Drawn the recipe as drawn: plain values, defaults of the schema filled in
 * @typeParam Recipe the resolved recipe: nothing optional, no `auto`; it alone decides the pixels, with sources and seed
 */
export interface Method<Drawn, Recipe extends MethodRecipe, Facts extends object> {
  /** Increased when the same resolved recipe would give other pixels: part of every item's id. */
  readonly version: number;
  /** The keys it adds to a job's recipe, beside `method`, `size` and `fit`. Shared by all methods: a key has one meaning. */
  readonly parameters: z.ZodRawShape;
  /** What is wrong with a recipe as a whole, with the key to blame; undefined if nothing. Values may be distributions. */
  readonly check?: (recipe: Drawn) => { readonly path: string[]; readonly message: string } | undefined;
  readonly resolve: (drawn: Drawn, facts: ResolveFacts) => Recipe;
  /** The fields it adds to a record. */
  readonly facts: z.ZodObject;
  /** The networks whose weights it needs. */
  readonly networks: (recipe: Recipe) => readonly NetworkName[];
  readonly sources: (recipe: Recipe) => readonly SourceRequest[];
  readonly cost: (recipe: Recipe) => Cost;
  /** The long edge of the largest image it works on. */
  readonly largestSizePx: (recipe: Recipe) => number;
  /** The recipe of a short measurement, no larger than `sizePx`, from which the time of the whole can be estimated. */
  readonly sample: (recipe: Recipe, steps: number, sizePx: number) => Recipe;
  /** Names what the time of a step depends on, apart from size and machine. */
  readonly costKey: (recipe: Recipe) => string;
  readonly open: (context: MethodContext) => Maker<Recipe, Facts>;
}
