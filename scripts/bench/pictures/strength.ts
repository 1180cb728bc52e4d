/** What `style.strength` does to pairs of images: losses at several strengths, a plot and a contact sheet. @module */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { HostTensor } from '../../../src/engine/index.js';
import { createStylizer } from '../../../src/run/arrays/arrays.js';
import { writeGrid, writePlot } from './draw.js';
import { changeOf, medianOf, published, variationOf } from './look.js';
import { loadPairs, type PictureOptions } from './pairs.js';

const strengths = [0.3, 1, 3, 10, 30, 100];

/**
 * Stylizes every pair at every strength with the default recipe of `vgg19`. Writes `strength.csv`, `strength.png` and
 * `strength.jpg`: a row per pair, with content, style, and the result at each strength.
 * @returns medians over the pairs, and coefficients of variation of the content loss
 */
export async function benchStrength(options: PictureOptions): Promise<Record<string, number>> {
  await mkdir(options.out, { recursive: true });
  const pairs = await loadPairs(options);
  const stylizer = await createStylizer({ weights: { vgg19: options.weights } });
  const recipeOf = (strength: number) =>
    ({ network: 'vgg19', size: options.sizePx, style: { strength } }) as const;
  const table = ['pair,strength,content_loss,style_remaining,change'];
  const rows: HostTensor[][] = [];
  const [contents, remains]: [number[][], number[][]] = [[], []];
  const changes: number[][] = [];
  for (const { name, content, style } of pairs) {
    const terms = async (image: HostTensor) =>
      (await stylizer.evaluate(image, content, style, recipeOf(10))).terms;
    const initial = (await terms(content))['style.gram'];
    const row = [content, style];
    const [losses, remaining, change]: number[][] = [[], [], []];
    for (const strength of strengths) {
      const image = published((await stylizer.stylize(content, style, recipeOf(strength))).image);
      const now = await terms(image);
      losses.push(now['content.features']);
      remaining.push(now['style.gram'] / initial);
      change.push(changeOf(image, content));
      table.push([name, strength, losses.at(-1), remaining.at(-1), change.at(-1)].join(','));
      row.push(image);
    }
    rows.push(row);
    contents.push(losses);
    remains.push(remaining);
    changes.push(change);
    process.stderr.write(`${rows.length}/${pairs.length} ${name}\n`);
    await writeFile(join(options.out, 'strength.csv'), `${table.join('\n')}\n`);
    await writeGrid(join(options.out, 'strength.jpg'), rows, Math.min(160, options.sizePx));
  }
  stylizer.dispose();
  const at = (values: number[][], k: number) => values.map((ofPair) => ofPair[k]);
  const medians = (values: number[][]) => strengths.map((_, k) => medianOf(at(values, k)));
  await writePlot(join(options.out, 'strength.png'), 'strength', strengths, [
    { title: 'content loss', curves: contents, median: medians(contents) },
    { title: 'remaining style loss', curves: remains, median: medians(remains) },
    { title: 'RMS change of the pixels', curves: changes, median: medians(changes) },
  ]);
  return Object.fromEntries(
    strengths.flatMap((strength, k) => [
      [`content${strength}`, medianOf(at(contents, k))],
      [`contentVariation${strength}`, variationOf(at(contents, k))],
      [`styleRemaining${strength}`, medianOf(at(remains, k))],
      [`change${strength}`, medianOf(at(changes, k))],
    ]),
  );
}
