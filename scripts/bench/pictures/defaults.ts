/** The default recipe of `vgg19` against that of another build: losses, colors, work, and pictures side by side. @module */
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { HostTensor } from '../../../src/engine/index.js';
import { strengthOf } from '../../../src/methods/optimize/objective.js';
import type { RecipeInput } from '../../../src/methods/recipe.js';
import { createStylizer } from '../../../src/run/arrays/arrays.js';
import { writeGrid } from './draw.js';
import { lookOf, medianOf, published } from './look.js';
import { loadPairs, type PictureOptions } from './pairs.js';

/** The function {@link createStylizer} of any build. */
type Build = { readonly createStylizer: typeof createStylizer };

/**
 * Stylizes every pair with the default recipe of another build, and with that of this one twice: at strength 10, and at the
 * strength whose style has the weight 10, which strength 10 was in method version 1. Measures all results with this build's
 * objective, at strength 10. Writes `defaults.csv` and `defaults.jpg`: a row per pair, with content, style and the three.
 * @param against the `dist` folder of the other build; by default this build, with a single size and `relu5_1`
 * @returns medians over the pairs, with names ending in `Old`, `New` and `NewEqual`
 */
export async function benchDefaults(
  options: PictureOptions,
  against?: string,
): Promise<Record<string, number>> {
  await mkdir(options.out, { recursive: true });
  const pairs = await loadPairs(options);
  const url = against && pathToFileURL(join(resolve(against), 'src/run/arrays/arrays.js')).href;
  const other: Build = url ? ((await import(url)) as Build) : { createStylizer };
  const weights = { vgg19: options.weights };
  const [ours, theirs] = [await createStylizer({ weights }), await other.createStylizer({ weights })];
  const recipe: RecipeInput = { network: 'vgg19', size: options.sizePx };
  const layers = ['relu1_1', 'relu2_1', 'relu3_1', 'relu4_1', 'relu5_1'];
  const former: RecipeInput = url ? recipe : { ...recipe, steps: 150, stages: [], style: { layers } };
  const equal: RecipeInput = { ...recipe, style: { strength: strengthOf(10) } };
  const figures: Record<string, number[]> = {};
  const table: string[] = [];
  const rows: HostTensor[][] = [];
  for (const { name, content, style } of pairs) {
    const sides = [
      ['Old', theirs, former],
      ['New', ours, recipe],
      ['NewEqual', ours, equal],
    ] as const;
    rows.push([content, style]);
    for (const [side, own, made] of sides) {
      const { image, recipe: applied, evaluations, loss } = await own.stylize(content, style, made);
      const shown = published(image);
      const { terms } = await ours.evaluate(shown, content, style, recipe);
      const steps = [...applied.stages, { scale: 1, steps: applied.steps }];
      const stageSteps = steps.reduce((sum, stage) => sum + stage.steps, 0);
      const workPerStep = steps.reduce((sum, stage) => sum + stage.scale ** 2 * stage.steps, 0) / stageSteps;
      const recorded = loss.final.total;
      const { total } = await own.evaluate(shown, content, style, made);
      const measured = {
        content: terms['content.features'],
        style: terms['style.gram'],
        ...lookOf(shown),
        /** Evaluations of the objective at full size that take as long. */
        work: evaluations * workPerStep,
        /** How far the recorded loss is from that of the published image. */
        lossGap: total / recorded - 1,
      };
      if (table.length === 0) table.push(['pair', 'side', ...Object.keys(measured)].join(','));
      table.push([name, side, ...Object.values(measured)].join(','));
      for (const [key, value] of Object.entries(measured)) {
        const values = figures[`${key}${side}`] ?? [];
        values.push(value);
        figures[`${key}${side}`] = values;
      }
      rows[rows.length - 1].push(shown);
    }
    process.stderr.write(`${rows.length}/${pairs.length} ${name}\n`);
    await writeFile(join(options.out, 'defaults.csv'), `${table.join('\n')}\n`);
    await writeGrid(join(options.out, 'defaults.jpg'), rows, 256);
  }
  for (const stylizer of [ours, theirs]) stylizer.dispose();
  return Object.fromEntries(
    Object.entries(figures)
      .map(([key, values]) => [key, medianOf(values)] as const)
      .sort(([a], [b]) => a.localeCompare(b)),
  );
}
