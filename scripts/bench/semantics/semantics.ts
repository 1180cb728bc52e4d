/** What a loss knows of meaning: whether the colors of the style's parts get to the same parts of the content. @module */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Pixels } from '../../../src/images/pixels.js';
import { toPixels, toTensor } from '../../../src/images/tensor.js';
import type { RecipeInput } from '../../../src/methods/recipe.js';
import { renderGrid } from '../../../src/report/comparison/grid.js';
import type { ArrayImage } from '../../../src/run/arrays/array-images.js';
import { createStylizer } from '../../../src/run/arrays/arrays.js';
import type { NetworkName } from '../../../src/stylize/networks/index.js';
import { styleLossNames } from '../../../src/stylize/terms/index.js';
import { colorDistance, meanColor } from './lab.js';
import type { Subject, Subjects } from './subjects.js';

export interface SemanticsOptions {
  readonly network: NetworkName;
  /** Weights file of the network, if it needs one. */
  readonly weights?: string;
  readonly steps?: number;
  readonly strength?: number;
  /** Names of style losses; `gram with masks` is guided by the parts. Default: all losses, and that. */
  readonly losses?: readonly string[];
  /** File for the picture. Default: none is written. */
  readonly out?: string;
}

/** Distances in CIELAB between the mean colors of equal parts of the result and the style, by part. */
export type PartDistances = Readonly<Record<string, number>>;

const masksSuffix = ' with masks';

/**
 * Stylizes a picture like another with several losses.
 * @returns the distances by loss; `content` are those of the content itself
 */
export async function benchSemantics(
  { content, style, judged }: Subjects,
  options: SemanticsOptions,
): Promise<Record<string, PartDistances>> {
  const { network, weights, steps = 50, strength = 20, out } = options;
  const wanted = Object.entries(judged).map(([part, number]) => [part, colorOf(style, number)] as const);
  const distances = (pixels: Pixels): PartDistances =>
    Object.fromEntries(
      wanted.map(([part, color]) => {
        const own = colorOf({ pixels, numbers: content.numbers }, judged[part]);
        return [part, colorDistance(own, color)];
      }),
    );
  const stylizer = await createStylizer({ threads: 1, ...(weights !== undefined && { weights }) });
  const figures: Record<string, PartDistances> = { content: distances(content.pixels) };
  const shown: [name: string, pixels: Pixels][] = [
    ['content', content.pixels],
    ['style', style.pixels],
  ];
  for (const name of options.losses ?? [...styleLossNames, `gram${masksSuffix}`]) {
    const isMasked = name.endsWith(masksSuffix);
    const loss = name.replace(masksSuffix, '');
    const size = Math.max(content.pixels.widthPx, content.pixels.heightPx);
    const recipe = { network, size, steps, style: { loss, strength } } as RecipeInput;
    const [from, like] = [content, style].map((subject) => imageOf(subject, isMasked));
    const { image } = await stylizer.stylize(from, like, recipe);
    const pixels = toPixels(image.data, image.shape);
    figures[name] = distances(pixels);
    shown.push([name, pixels]);
    process.stderr.write(`${name} ${JSON.stringify(figures[name])}\n`);
    if (out !== undefined) await writePicture(out, shown);
  }
  stylizer.dispose();
  return figures;
}

function imageOf({ pixels, numbers }: Subject, isMasked: boolean): ArrayImage {
  const image = toTensor(pixels);
  return isMasked ? { image, mask: { data: numbers, shape: [pixels.heightPx, pixels.widthPx] } } : image;
}

/** The mean color of a part. */
const colorOf = ({ pixels, numbers }: Subject, part: number) =>
  meanColor(pixels, (pixel) => numbers[pixel] === part);

const columns = 7;

async function writePicture(out: string, shown: readonly [name: string, pixels: Pixels][]): Promise<void> {
  await mkdir(join(out, '..'), { recursive: true });
  const names = shown.map(([name]) => name);
  const rows = Array.from({ length: Math.ceil(shown.length / columns) }, (_, row) => {
    const [first, last] = [row * columns, (row + 1) * columns];
    const images = shown.slice(first, last).map(([, pixels]) => pixels);
    return { caption: row === 0 ? '' : names.slice(first, last).join(', '), images };
  });
  const headings = names.slice(0, columns).map((name) => [name]);
  await writeFile(out, await renderGrid({ headings, rows, cellPx: shown[0][1].widthPx }));
}
