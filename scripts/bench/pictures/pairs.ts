/** Pairs of content and style images for benchmarks that look at pictures. @module */
import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import glob from 'fast-glob';
import type { HostTensor } from '../../../src/engine/index.js';
import { decodeImage } from '../../../src/images/decode.js';
import { toTensor } from '../../../src/images/tensor.js';
import { repositoryRoot } from '../../docs/repository.js';

/** Where images and the weights of `vgg19` are. */
export interface PictureFolders {
  readonly content: string;
  readonly style: string;
  readonly weights: string;
}

/** How many pairs of which size to take. */
export interface PictureOptions extends PictureFolders {
  /** Folder for pictures and tables. */
  readonly out: string;
  readonly pairs: number;
  readonly sizePx: number;
  /** Whether to leave out the images beside the clone that a network of the package was trained on. */
  readonly unseenOnly?: boolean;
}

/** Folders of images and weights next to the repository. */
const shared = join(dirname(repositoryRoot), 'shared');
export const sharedPictures = {
  content: join(shared, 'images', 'content'),
  style: join(shared, 'images', 'style'),
  weights: join(shared, 'weights', 'vgg19-conv-f16.safetensors'),
};

/** Paintings beside the clone that `compact` was trained on. It has seen none of the contents. */
const trainedOn = ['bridge_in_the_rain.webp', 'shipwreck.jpg', 'starry_night.jpg'];

/** A content and a style image, each `[1, height, width, 3]`. */
export interface Pair {
  readonly name: string;
  readonly content: HostTensor;
  readonly style: HostTensor;
}

/**
 * Square pairs, so that they share a graph. Contents are spread over the folder, and styles take turns. With more pairs than
 * contents, each content meets several styles.
 */
export async function loadPairs(options: PictureOptions): Promise<Pair[]> {
  const { content, style, weights, pairs, sizePx, unseenOnly } = options;
  for (const path of [content, style, weights])
    if (!existsSync(path)) throw new Error(`${path} does not exist. Use --content, --style and --weights.`);
  const [contents, all] = await Promise.all([content, style].map(imagesIn));
  const isUnseen = (file: string) => !trainedOn.includes(basename(file));
  const styles = unseenOnly && style === sharedPictures.style ? all.filter(isUnseen) : all;
  for (const [folder, files] of [
    [content, contents],
    [style, styles],
  ] as const)
    if (files.length === 0) throw new Error(`${folder} has no JPEG, PNG or WebP images.`);
  const count = Math.min(pairs, contents.length * styles.length);
  const load = async (file: string) => toTensor(await decodeImage(file, { sizePx, fit: 'crop' }));
  return Promise.all(
    Array.from({ length: count }, async (_, i) => {
      const spread = Math.floor((i * contents.length) / count);
      const one = contents[count > contents.length ? i % contents.length : spread];
      const round = Math.floor(i / contents.length);
      const other = styles[((i % contents.length) + round) % styles.length];
      const name = `${basename(one)} + ${basename(other)}`;
      return { name, content: await load(one), style: await load(other) };
    }),
  );
}

export const imagesIn = async (folder: string): Promise<string[]> =>
  (await glob('**/*.{jpg,jpeg,png,webp}', { cwd: folder, absolute: true, caseSensitiveMatch: false })).sort();
