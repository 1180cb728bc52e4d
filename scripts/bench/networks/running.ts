/** An optimization that is ready to run: compiled, with the targets of one pair. @module */
import { readFile } from 'node:fs/promises';
import type { Engine, HostTensor, WeightSet } from '../../../src/engine/index.js';
import { parametersOfRecipe, specOfRecipe } from '../../../src/methods/optimize/objective.js';
import { resolveOptimizeRecipe } from '../../../src/run/arrays/resolve-recipe.js';
import { RunningBatch } from '../../../src/stylize/batch.js';
import { networks } from '../../../src/stylize/networks/index.js';
import { TargetCache } from '../../../src/stylize/targets.js';
import { gaussian } from '../vgg.js';
import type { Contender } from './contenders.js';

/** More steps than a benchmark runs, so that the optimization does not end. */
const endlessSteps = 10_000;
const graphBytes = 4e9;

/** Loads the weights of a network. @param weightsFile of VGG-19 */
export async function weightsOf(network: Contender, weightsFile: string): Promise<WeightSet> {
  const { needsWeights, loadWeights } = networks[network];
  return loadWeights(needsWeights ? await readFile(weightsFile) : undefined);
}

/** How many images are optimized together, for how many steps. */
interface Extent {
  readonly images?: number;
  readonly steps?: number;
}

/**
 * Starts an optimization of square images of noise with the network's default objective and L-BFGS: each step is one
 * evaluation and one update, as in a job. By default, of one image without an end.
 */
export async function startOptimization(
  engine: Engine,
  network: Contender,
  weights: WeightSet,
  sizePx: number,
  { images = 1, steps = endlessSteps }: Extent = {},
): Promise<RunningBatch> {
  const recipe = resolveOptimizeRecipe({ network, size: sizePx, optimizer: 'lbfgs' });
  const [spec, parameters] = [specOfRecipe(recipe), parametersOfRecipe(recipe)];
  const [content, style] = [1, 2].map((seed) => noise(sizePx, seed));
  const cache = new TargetCache(engine, graphBytes);
  const sources = { content: { key: 'content', tensor: content }, style: { key: 'style', tensor: style } };
  const targets = await cache.get(spec, sources, weights);
  cache.clear();
  const shapes = Object.fromEntries(Object.entries(targets).map(([name, { shape }]) => [name, shape]));
  const batch = await RunningBatch.start(engine, spec, weights, [images, sizePx, sizePx, 3], shapes);
  for (let image = 0; image < images; image++)
    batch.join({ initial: content, targets, parameters, steps, seed: 0 });
  return batch;
}

function noise(sizePx: number, seed: number): HostTensor {
  const data = gaussian(sizePx ** 2 * 3, 0.2, seed).map((value) => Math.min(1, Math.max(0, value + 0.5)));
  return { data, shape: [1, sizePx, sizePx, 3] };
}
