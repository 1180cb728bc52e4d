/** The optimizers at equal steps: the loss that they reach, and how noisy their images are. @module */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { HostTensor } from '../../../src/engine/index.js';
import type { RecipeInput } from '../../../src/methods/recipe.js';
import { createStylizer } from '../../../src/run/arrays/arrays.js';
import { writeGrid } from './draw.js';
import { lookOf, medianOf, published } from './look.js';
import { loadPairs, type PictureOptions } from './pairs.js';

const contenders: Readonly<Record<string, RecipeInput>> = {
  lbfgs: { optimizer: 'lbfgs' },
  lbfgs20: { optimizer: 'lbfgs', history: 20 },
  adam: { optimizer: 'adam' },
  adamAverage: { optimizer: 'adam', average: 0.9 },
  adamConstant: { optimizer: 'adam', decay: 'none' },
  adamFast: { optimizer: 'adam', learningRate: 0.05 },
  sgd: { optimizer: 'sgd' },
  sgdFast: { optimizer: 'sgd', learningRate: 0.03 },
  rmsprop: { optimizer: 'rmsprop' },
};

interface OptimizerOptions extends PictureOptions {
  readonly network: 'compact' | 'vgg19';
  readonly strength: number;
}

/**
 * Stylizes every pair with the default recipe of the network and each optimizer. Writes `optimizers.csv` and `optimizers.jpg`: a
 * row per pair, with content, style, and the result of each optimizer.
 * @returns medians over the pairs: the loss relative to that of L-BFGS, and measures of the image
 */
export async function benchOptimizers(
  options: OptimizerOptions,
): Promise<Record<string, Record<string, number>>> {
  await mkdir(options.out, { recursive: true });
  const { network, strength } = options;
  const pairs = await loadPairs(options);
  const stylizer = await createStylizer({ weights: { vgg19: options.weights } });
  const figures: Record<string, Record<string, number[]>> = {};
  const rows: HostTensor[][] = [];
  const table = ['pair,optimizer,loss,over_lbfgs,evaluations,chroma_noise'];
  for (const { name, content, style } of pairs) {
    const row = [content, style];
    let best = 0;
    for (const [contender, recipe] of Object.entries(contenders)) {
      const input = { network, size: options.sizePx, style: { strength }, ...recipe };
      const { image, loss, evaluations } = await stylizer.stylize(content, style, input);
      const { total } = loss.final;
      if (contender === 'lbfgs') best = total;
      const { chromaNoise } = lookOf(published(image));
      const measured = { loss: total, overLbfgs: total / best, evaluations, chromaNoise };
      table.push([name, contender, ...Object.values(measured)].join(','));
      figures[contender] ??= {};
      for (const [key, value] of Object.entries(measured)) {
        const ofContender = figures[contender];
        ofContender[key] = [...(ofContender[key] ?? []), value];
      }
      row.push(published(image));
    }
    rows.push(row);
    process.stderr.write(`${rows.length}/${pairs.length} ${name}\n`);
    await writeFile(join(options.out, 'optimizers.csv'), `${table.join('\n')}\n`);
    await writeGrid(join(options.out, 'optimizers.jpg'), rows, Math.min(192, options.sizePx));
  }
  stylizer.dispose();
  const medians = (values: Record<string, number[]>) =>
    Object.fromEntries(Object.entries(values).map(([key, all]) => [key, medianOf(all)]));
  return Object.fromEntries(Object.entries(figures).map(([name, values]) => [name, medians(values)]));
}
