/** The dataset that every consumer loads, with all exports, and what they must find in it. @module */
import { cp, readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { readManifest } from '../../src/dataset/ledger/manifest.js';
import { isComplete } from '../../src/dataset/ledger/record-kinds.js';
import { splitOfFile } from '../../src/dataset/output-paths.js';
import type { ExporterName } from '../../src/export-formats.js';
import { sha256 } from '../../src/files/digest.js';
import { loadJob } from '../../src/job/load.js';
import { prepare } from '../../src/run/preparing/prepare.js';
import { runPlan } from '../../src/run/run.js';

/** The formats that need no annotations. */
const formats: readonly ExporterName[] = [
  'csv',
  'webdataset',
  'parquet',
  'tfrecord',
  'coco',
  'yolo',
  'croissant',
];

/** An image as a consumer read it. */
export type Sample = readonly [split: string, label: string, pixels: string];

/**
 * Makes a small dataset from the demo images. PNG, because readers of JPEG round differently; squares, because Keras loads
 * one size; two classes with the names 9 and 10, which loaders number in the order 10, 9.
 * @param work an empty folder. Returns the dataset in it
 */
export async function makeConsumedDataset(work: string): Promise<string> {
  const [content, root] = [join(work, 'content'), join(work, 'dataset')];
  await cp('datasets/demo/content', content, { recursive: true });
  for (const [index, name] of (await readdir(content)).sort().slice(0, 2).entries()) {
    await rename(join(content, name), join(content, String(9 + index)));
  }
  const job = await loadJob('configs/demo.yaml', {
    overrides: [
      `content.root=${JSON.stringify(content)}`,
      `output.root=${JSON.stringify(root)}`,
      'output.format=png',
      `output.exports=[${formats.join(', ')}]`,
      'split={shares: {train: 0.5, validation: 0.25, test: 0.25}, robustness: [test]}',
      'sampling.limit=9',
      'recipe.network=random',
      'recipe.size=48',
      'recipe.fit=crop',
      'recipe.steps=2',
    ],
  });
  await runPlan(await prepare(job));
  return root;
}

/** The digest of an image for comparison: size and 8-bit RGB values, row by row. */
export function pixelsOf(widthPx: number, heightPx: number, rgb: Uint8Array): string {
  return sha256(Buffer.concat([Buffer.from(`${widthPx}x${heightPx} `), rgb]));
}

/** Every image of the dataset, decoded with sharp. */
export async function expectedSamples(root: string): Promise<Sample[]> {
  const records = (await readManifest(root)).filter(isComplete);
  return Promise.all(
    records.map(async ({ file, label }): Promise<Sample> => {
      const image = sharp(join(root, file)).removeAlpha().raw();
      const { data, info } = await image.toBuffer({ resolveWithObject: true });
      return [splitOfFile(file)[0], label ?? '', pixelsOf(info.width, info.height, data)];
    }),
  );
}
