/** Pairs of content and style images for benchmarks that look at pictures. @module */
import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import glob from 'fast-glob';
import type { HostTensor } from '../../../src/engine/index.js';
import { WildstyleError } from '../../../src/errors.js';
import { sha256OfFile } from '../../../src/files/digest.js';
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
  /** Whether to leave out the styles that `compact` was trained on, wherever they are. */
  readonly unseenOnly?: boolean;
}

/** Folders of images and weights next to the repository. */
const shared = join(dirname(repositoryRoot), 'shared');
export const sharedPictures = {
  content: join(shared, 'images', 'content'),
  style: join(shared, 'images', 'style'),
  weights: join(shared, 'weights', 'vgg19-conv-f16.safetensors'),
};

/** All photographs there. */
export const sharedPhotographs = [sharedPictures.content, join(shared, 'images', 'train')];

/** The styles that `compact` was trained on, by SHA-256: three paintings, and those of the demo but for its print. */
export const trainedStyles: Readonly<Record<string, string>> = {
  '865df5627716d3175d8350d6a98f63de866827de12e03c2def785aaa4098a65a': 'bridge_in_the_rain.webp',
  '4f7cf34e3cd4a5daaf3f421f059ca9a01aaa2a3afd7243d6670c9c8bc001a213': 'shipwreck.jpg',
  c31741a09141c2e2d07fc7aa6bdf135c369b804f9433e43fa3ceac19386d1ee6: 'starry_night.jpg',
  '6eac28e7fc95ae7426558795f26b2d564dac9b3136b45fb9c7db60b1d3711aa7': 'mosaic-sun.jpg',
  '1f21d352f0b764e82018f4d03c349173c32fc9c1be9d06525cdea1de0d55dbb3': 'pointillist-lake.jpg',
  '2e829d11f2037e19bb52772b49569c74eca563d90447031108f68882a0cf72a4': 'stained-glass.jpg',
  '970ad53f960fe6a21c26f229b8d44d69a44172ef1e864debf254455a5f000ef0': 'swirling-night.jpg',
  '7822648767024988c07bebe302648fd9d931480884f5ffb2e375f619dfd12046': 'watercolor-poppies.jpg',
  '3d087997a647ba19fa66fced7944fe5f5fac618e0bd48d44b94ed72d88045652': 'woodcut-waves.jpg',
};

/** Leaves out the {@link trainedStyles}, whatever they are called and whatever their folder is. */
export async function unseenIn(files: readonly string[]): Promise<string[]> {
  const digests = await Promise.all(files.map(sha256OfFile));
  return files.filter((_, i) => !Object.hasOwn(trainedStyles, digests[i]));
}

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
    if (!existsSync(path)) {
      throw new WildstyleError('option-invalid', `${path} does not exist.`, {
        cure: 'Name folders of images with --content and --style, and the weights of vgg19 with --weights.',
      });
    }
  const [contents, all] = await Promise.all([content, style].map(imagesIn));
  const styles = unseenOnly ? await unseenIn(all) : all;
  for (const [folder, files] of [
    [content, contents],
    [style, all],
  ] as const)
    if (files.length === 0)
      throw new WildstyleError('option-invalid', `${folder} has no JPEG, PNG or WebP images.`);
  if (styles.length === 0)
    throw new WildstyleError('option-invalid', `compact was trained on every style in ${style}.`);
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
