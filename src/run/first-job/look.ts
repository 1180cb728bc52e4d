/** Looks at the two folders of a new job. @module */
import { readdir } from 'node:fs/promises';
import { WildstyleError } from '../../errors.js';
import { checkClassNames } from '../../inventory/labels.js';
import { arrange, type Layout, readLayout } from './layout.js';
import { type OddImage, readSizes, type SizesFound } from './sizes.js';

/** What is in a folder of images. Its paths, classes and counts are those of the images that can be used. */
export interface FolderLook extends Layout, SizesFound {
  readonly source: 'content' | 'style';
  readonly root: string;
}

const mostRead = 2000;

/**
 * Looks at a folder: names, and at most 2000 images, more of kinds that cannot be used. Reads the headers of photographs, which the
 * comparison of all photographs decodes later; decodes paintings.
 * @throws `content-missing` or `style-missing` if the folder cannot be read or has no usable images; `labels-invalid` if the
 *   name of a class is unusable
 */
export async function lookAt(source: 'content' | 'style', root: string): Promise<FolderLook> {
  const layout = await readLayout(root).catch((cause: NodeJS.ErrnoException) => {
    throw unreadable(source, root, cause);
  });
  if (layout.paths.length === 0)
    throw new WildstyleError(`${source}-missing`, `The ${source} folder ${root} has no images.`, {
      cure: 'Give a folder with images, such as JPEG or PNG files.',
    });
  // Names are known at once: telling after all images were read would waste minutes.
  if (source === 'content') checkClassNames(Object.keys(layout.classes));
  const found = await readSizes(root, layout.paths, { most: mostRead, decodes: source === 'style' });
  return leavingOut({ source, root, ...layout, ...found, odd: [] }, found.odd);
}

/**
 * Checks that folders can be read, before anything that takes time.
 * @throws `content-missing` or `style-missing`, with a message that names every folder that cannot be read
 */
export async function checkReadable(roots: Partial<Record<'content' | 'style', string>>): Promise<void> {
  const problems: WildstyleError[] = [];
  for (const source of ['content', 'style'] as const) {
    const root = roots[source];
    if (root === undefined) continue;
    await readdir(root).catch((cause: NodeJS.ErrnoException) => {
      problems.push(unreadable(source, root, cause));
    });
  }
  const [first, ...others] = problems;
  if (!first) return;
  if (others.length === 0) throw first;
  const message = problems.map((problem) => problem.message).join(' ');
  throw new WildstyleError(first.code, message, { cure: first.cure, cause: first.cause });
}

function unreadable(source: 'content' | 'style', root: string, cause: NodeJS.ErrnoException): WildstyleError {
  const known: Readonly<Record<string, string>> = { ENOENT: 'does not exist', ENOTDIR: 'is not a folder' };
  const what = known[cause.code ?? ''] ?? `cannot be read (${cause.code})`;
  const cure = 'Give the path of a folder with images that you may read.';
  return new WildstyleError(`${source}-missing`, `The ${source} folder ${root} ${what}.`, { cure, cause });
}

/**
 * The same folder without some images that cannot be used.
 * @throws `content-missing` or `style-missing` if no image is left
 */
export function leavingOut(look: FolderLook, odd: readonly OddImage[]): FolderLook {
  const { source, root } = look;
  const left = new Set(odd.map(({ path }) => path));
  const paths = look.paths.filter((path) => !left.has(path));
  const all = [...look.odd, ...odd].sort((a, b) => (a.path < b.path ? -1 : 1));
  if (paths.length === 0)
    throw new WildstyleError(
      `${source}-missing`,
      `No image in the ${source} folder ${root} can be used: all ${all.length} fail, starting with ${all[0]?.path} (${all[0]?.code}).`,
      { cure: 'Replace the images: docs/errors.md explains each code. JPEG and PNG files work.' },
    );
  return { ...look, ...arrange(paths), odd: all };
}
