/** Looks at the two folders of a new job. @module */
import { WildstyleError } from '../../errors.js';
import { type Layout, readLayout } from './layout.js';
import { readSizes, type SizesFound } from './sizes.js';

/** What is in a folder of images. */
export interface FolderLook extends Layout, SizesFound {
  readonly root: string;
}

const mostHeaders = 2000;

/**
 * Looks at a folder: names, and the headers of at most 2000 images.
 * @throws `content-missing` or `style-missing` if the folder cannot be read or has no images
 */
export async function lookAt(source: 'content' | 'style', root: string): Promise<FolderLook> {
  const layout = await readLayout(root).catch((cause: NodeJS.ErrnoException) => {
    const what = cause.code === 'ENOENT' ? 'does not exist' : `cannot be read (${cause.code})`;
    throw new WildstyleError(`${source}-missing`, `The ${source} folder ${root} ${what}.`, { cause });
  });
  if (layout.paths.length === 0)
    throw new WildstyleError(`${source}-missing`, `The ${source} folder ${root} has no images.`, {
      cure: 'Give a folder with images, such as JPEG or PNG files.',
    });
  return { root, ...layout, ...(await readSizes(root, layout.paths, mostHeaders)) };
}
