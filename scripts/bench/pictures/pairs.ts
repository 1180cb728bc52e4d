/** Pairs of content and style images for benchmarks that look at pictures. @module */
import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import glob from 'fast-glob';
import type { HostTensor } from '../../../src/engine/index.js';
import { decodeImage } from '../../../src/images/decode.js';
import { toTensor } from '../../../src/images/tensor.js';
import { repositoryRoot } from '../../docs/repository.js';

/** Where images and weights are, and how many pairs of which size to take. */
export interface PictureOptions {
  readonly content: string;
  readonly style: string;
  readonly weights: string;
  /** Folder for pictures and tables. */
  readonly out: string;
  readonly pairs: number;
  readonly sizePx: number;
}

/** Folders of images and weights next to the repository. */
const shared = join(dirname(repositoryRoot), 'shared');
export const sharedPictures = {
  content: join(shared, 'images', 'content'),
  style: join(shared, 'images', 'style'),
  weights: join(shared, 'weights', 'vgg19-conv-f16.safetensors'),
};

/** A content and a style image, each `[1, height, width, 3]`. */
export interface Pair {
  readonly name: string;
  readonly content: HostTensor;
  readonly style: HostTensor;
}

/** Square pairs, so that they share a graph. Contents are spread over the folder, and styles take turns. */
export async function loadPairs({ content, style, weights, pairs, sizePx }: PictureOptions): Promise<Pair[]> {
  for (const path of [content, style, weights])
    if (!existsSync(path)) throw new Error(`${path} does not exist. Use --content, --style and --weights.`);
  const [contents, styles] = await Promise.all([content, style].map(imagesIn));
  const load = async (file: string) => toTensor(await decodeImage(file, { sizePx, fit: 'crop' }));
  return Promise.all(
    Array.from({ length: Math.min(pairs, contents.length) }, async (_, i) => {
      const one = contents[Math.floor((i * contents.length) / Math.min(pairs, contents.length))];
      const other = styles[i % styles.length];
      const name = `${basename(one)} + ${basename(other)}`;
      return { name, content: await load(one), style: await load(other) };
    }),
  );
}

const imagesIn = async (folder: string): Promise<string[]> =>
  (await glob('**/*.{jpg,jpeg,png,webp}', { cwd: folder, absolute: true })).sort();
