/**
 * An annotated dataset and what consumers must find in it: shapes in plain colors, mirrored, so that boxes and masks can be read
 * off the pixels and need not be believed.
 * @module
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { stringify } from 'yaml';
import { paintPolygons } from '../../src/annotations/paint.js';
import { encodeRle } from '../../src/annotations/rle.js';
import { readManifest } from '../../src/dataset/ledger/manifest.js';
import { isComplete } from '../../src/dataset/ledger/record-kinds.js';
import { splitOfFile } from '../../src/dataset/output-paths.js';
import { loadJob } from '../../src/job/load.js';
import { prepare } from '../../src/run/preparing/prepare.js';
import { runPlan } from '../../src/run/run.js';
import { pixelsOf, type Sample } from './dataset.js';

const sizePx = 48;
const images = 8;

/** The categories: one with boxes, one with outlines, one with masks; each has its color. */
const colors = {
  box: [220, 30, 30],
  outline: [30, 200, 40],
  region: [40, 60, 230],
} as const;
type Category = keyof typeof colors;
const categories = Object.keys(colors) as Category[];

/** The outline of a shape with a corner at `x`, `y`: a rectangle, or an L. */
function shapeOf(category: Category, x: number, y: number, index: number): number[] {
  const [width, height, thick] = [8 + (index % 5), 10 + (index % 3), 4];
  const [right, bottom] = [x + width, y + height];
  if (category === 'box') return [x, y, right, y, right, bottom, x, bottom];
  return [x, y, x + thick, y, x + thick, bottom - thick, right, bottom - thick, right, bottom, x, bottom];
}

/** Makes the dataset. @param work an empty folder. Returns the dataset in it */
export async function makeAnnotatedDataset(work: string): Promise<string> {
  const [content, style, root] = ['content', 'style', 'dataset'].map((name) => join(work, name));
  await Promise.all([mkdir(content, { recursive: true }), mkdir(style, { recursive: true })]);
  const coco = {
    images: [] as object[],
    categories: categories.map((name, index) => ({ id: index + 1, name })),
    annotations: [] as object[],
  };
  for (let index = 0; index < images; index++) {
    const name = `${index}.png`;
    const rgb = new Uint8Array(3 * sizePx ** 2).fill(110 + index);
    coco.images.push({ id: index, file_name: name, width: sizePx, height: sizePx });
    for (const [number, category] of categories.entries()) {
      const [x, y] = [2 + 24 * (number % 2) + index, 2 + 24 * (number >> 1) + (index % 4)];
      const polygon = shapeOf(category, x, y, index + number);
      const mask = paintPolygons([polygon], { widthPx: sizePx, heightPx: sizePx });
      for (const [at, value] of mask.data.entries()) if (value === 1) rgb.set(colors[category], 3 * at);
      coco.annotations.push({
        id: coco.annotations.length + 1,
        image_id: index,
        category_id: number + 1,
        bbox: [x, y, 8 + ((index + number) % 5), 10 + ((index + number) % 3)],
        ...(category === 'outline' && { segmentation: [polygon] }),
        ...(category === 'region' && { segmentation: encodeRle(mask) }),
      });
    }
    await writePng(join(content, name), rgb);
  }
  await writePng(join(style, 'gray.png'), new Uint8Array(3 * sizePx ** 2).fill(90));
  await writeFile(join(work, 'instances.json'), JSON.stringify(coco));
  const job = {
    seed: 3,
    content: {
      root: content,
      labels: 'none',
      similar: false,
      annotations: { format: 'coco', path: join(work, 'instances.json') },
    },
    style: { root: style },
    sampling: { stylesPerContent: 2 },
    split: { shares: { train: 0.5, validation: 0.25, test: 0.25 }, robustness: ['test'] },
    recipe: {
      method: 'none',
      size: sizePx,
      augment: { before: { flip: { choice: ['horizontal', 'vertical', 'both'] } } },
    },
    output: { root, format: 'png', exports: ['coco', 'yoloBoxes', 'masks', 'parquet'] },
    run: { workers: 1 },
  };
  const file = join(work, 'job.yaml');
  await writeFile(file, stringify(job));
  await runPlan(await prepare(await loadJob(file)));
  return root;
}

async function writePng(file: string, rgb: Uint8Array): Promise<void> {
  await sharp(rgb, { raw: { width: sizePx, height: sizePx, channels: 3 } })
    .png()
    .toFile(file);
}

/** Every image with the boxes that its pixels show: `box 3 4 10 12, outline ...`: left, top, width, height. */
export async function expectedAnnotatedSamples(root: string): Promise<Sample[]> {
  const records = (await readManifest(root)).filter(isComplete);
  return Promise.all(
    records.map(async ({ file }): Promise<Sample> => {
      const { data, info } = await sharp(join(root, file))
        .removeAlpha()
        .raw()
        .toBuffer({ resolveWithObject: true });
      const boxes = categories.map((category) => `${category} ${boxOf(data, info.width, colors[category])}`);
      return [splitOfFile(file)[0], boxes.join(', '), pixelsOf(info.width, info.height, data)];
    }),
  );
}

function boxOf(rgb: Uint8Array, widthPx: number, color: readonly number[]): string {
  const [xs, ys]: [number[], number[]] = [[], []];
  for (let at = 0; at < rgb.length / 3; at++) {
    if (!color.every((value, channel) => rgb[3 * at + channel] === value)) continue;
    xs.push(at % widthPx);
    ys.push(Math.floor(at / widthPx));
  }
  const [left, top] = [Math.min(...xs), Math.min(...ys)];
  return [left, top, Math.max(...xs) + 1 - left, Math.max(...ys) + 1 - top].join(' ');
}
