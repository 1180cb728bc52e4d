/** The size at which a comparison fits into the time that there is for it. @module */
import { minimumEdgePx } from '../../images/fit.js';
import type { Job } from '../../job/schema.js';
import { methodOf, type ResolvedRecipe } from '../../methods/index.js';
import type { StylizedItem } from '../../plan/item.js';
import { type MakeItem, stylizedItems, withMaker } from './make-items.js';

/** A size, and what images of it take on this machine. */
export interface AffordableSize {
  /** Long edge in pixels. */
  readonly sizePx: number;
  readonly estimateMs: number;
  /** The time at the size that was wanted. */
  readonly wantedMs: number;
}

const measuredSizePx = 96;
const measuredSteps = 4;
/** Sizes on a grid are easier to talk about, and share graphs more often. */
const gridPx = 16;
/** Below this, a picture shows nothing. */
const leastPx = Math.max(minimumEdgePx, 64);

/** Returns the largest size that fits, where time is proportional to the number of pixels. */
export function affordableSize(wantedPx: number, wantedMs: number, budgetMs: number): AffordableSize {
  const fittingPx = Math.floor((wantedPx * Math.sqrt(budgetMs / wantedMs)) / gridPx) * gridPx;
  const sizePx = wantedMs <= budgetMs ? wantedPx : Math.min(wantedPx, Math.max(leastPx, fittingPx));
  return { sizePx, estimateMs: wantedMs * (sizePx / wantedPx) ** 2, wantedMs };
}

/**
 * Measures a few small steps of each kind of recipe, and estimates what the first image of every job takes.
 * @param jobs with the wanted size
 * @returns undefined if the jobs differ in size, or nothing takes steps: there is nothing to choose then
 * @throws the errors of `prepare` and of the method
 */
export async function measureAffordableSize(
  jobs: readonly Job[],
  wantedPx: number,
  budgetMs: number,
): Promise<AffordableSize | undefined> {
  const items = (await Promise.all(jobs.map(stylizedItems))).flatMap((plan) => plan.slice(0, 1));
  const isFixed = items.length === 0 || items.some(({ recipe }) => recipe.size !== wantedPx);
  if (isFixed || items.every(({ recipe }) => costOf(recipe).steps === 0)) return undefined;
  const wantedMs = await withMaker(jobs[0], async (make) => {
    const rates = new Map<string, Rate>();
    let sumMs = 0;
    for (const item of items) {
      const key = methodOf(item.recipe).costKey(item.recipe);
      const known = rates.get(key);
      const rate = known ?? (await measureRate(make, item));
      rates.set(key, rate);
      sumMs += (known ? 0 : rate.beginMs) + costOf(item.recipe).pixelSteps * rate.msPerPixelStep;
    }
    return sumMs;
  });
  return affordableSize(wantedPx, wantedMs, budgetMs);
}

/** What a kind of recipe takes on this machine. */
interface Rate {
  /** For compiling and for the targets of the images, once. */
  readonly beginMs: number;
  readonly msPerPixelStep: number;
}

async function measureRate(make: MakeItem, item: StylizedItem): Promise<Rate> {
  const timed = async (steps: number) => {
    const recipe = methodOf(item.recipe).sample(item.recipe, steps, measuredSizePx);
    const beganMs = performance.now();
    await make({ ...item, recipe });
    return { ms: performance.now() - beganMs, pixelSteps: Math.max(1, costOf(recipe).pixelSteps) };
  };
  const first = await timed(1);
  const second = await timed(measuredSteps);
  const msPerPixelStep = second.ms / second.pixelSteps;
  return { beginMs: Math.max(0, first.ms - msPerPixelStep * first.pixelSteps), msPerPixelStep };
}

const costOf = (recipe: ResolvedRecipe) => methodOf(recipe).cost(recipe);
