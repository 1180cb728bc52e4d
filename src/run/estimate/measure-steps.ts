/** Measures the time of a step, so that the duration of a plan can be estimated. @module */
import type { HostTensor, Named } from '../../engine/engine.js';
import { fitShape } from '../../images/fit.js';
import { methodOf, type ResolvedRecipe } from '../../methods/index.js';
import { drawNumber, keyOfSeed, uniform } from '../../random.js';
import { type StepTotals, stepsSince } from '../../stylize/step-totals.js';
import type { SourceImage } from '../../stylize/targets.js';
import { loadRequests } from '../item/load-sources.js';
import type { Makers } from '../item/makers.js';

const warmUpSteps = 1;
const measuredSteps = 3;
/** Larger images would take minutes and gigabytes to measure; their time is extrapolated per pixel. */
export const measuredSizePx = 256;
/** Most photographs are 4:3. */
const usualPhoto = [4000, 3000] as const;

/**
 * Runs a few steps on a full batch of noise images with the shape of a photograph, after a warm-up that compiles the
 * graph. Images larger than {@link measuredSizePx} are measured at that size.
 */
export async function measureSteps(
  makers: Makers,
  recipe: ResolvedRecipe,
  batch: (pixels: number) => number,
): Promise<StepTotals> {
  const method = methodOf(recipe);
  const make = async (steps: number) => {
    const sample = method.sample(recipe, steps, measuredSizePx);
    let pixels = 0;
    const sources = await loadRequests(method.sources(sample), async (role, target) => {
      const { widthPx, heightPx } = fitShape(...usualPhoto, target);
      if (role === 'content') pixels = widthPx * heightPx;
      return { key: `calibration;${widthPx}x${heightPx}`, tensor: noiseImage(heightPx, widthPx) };
    });
    await makeBatch(makers, sample, sources, batch(pixels));
  };
  await make(warmUpSteps);
  const before = makers.totals;
  await make(measuredSteps);
  return stepsSince(before, makers.totals);
}

async function makeBatch(
  makers: Makers,
  recipe: ResolvedRecipe,
  sources: Named<SourceImage>,
  count: number,
): Promise<void> {
  const items = Array.from({ length: count }, () => makers.of(recipe).make({ recipe, sources, seed: 1 }));
  // Ignore errors: the items will fail in the same way and report them.
  await Promise.allSettled(items);
}

function noiseImage(height: number, width: number): HostTensor {
  const [key, draw] = [keyOfSeed(1), drawNumber('calibration')];
  const data = new Float32Array(height * width * 3).map((_, i) => uniform(key, draw, i));
  return { data, shape: [1, height, width, 3] };
}
