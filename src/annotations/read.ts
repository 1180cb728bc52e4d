/** Reads the annotations of a job's content images. @module */
import { existsSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { basename, dirname, join, posix, relative, resolve, sep } from 'node:path';
import { WildstyleError } from '../errors.js';
import { sha256InPieces } from '../files/digest.js';
import { parseCoco } from './formats/coco.js';
import { parseYolo } from './formats/yolo.js';
import type { SourceAnnotations } from './object.js';

/** Where annotations come from. */
export interface AnnotationSource {
  readonly format: 'coco' | 'yolo' | 'masks';
  /** A file for COCO, else a folder with a file for each image. */
  readonly path: string;
  readonly names?: readonly string[] | undefined;
}

/** The annotations of a job. */
export interface Annotations {
  /** By path of the content image, relative to the content root. */
  readonly byPath: ReadonlyMap<string, SourceAnnotations>;
  /** All categories of a COCO file, in its order. The other formats have the names of the job. */
  readonly categories?: readonly { readonly id: number; readonly name: string }[];
  /** Digest of everything that was read; of masks, which are read later, the size and time. */
  readonly sha256: string;
}

const maximumCocoBytes = 500e6;

/**
 * Reads annotations.
 * @param paths the content images, relative to the root
 * @throws `annotations-invalid`
 */
export async function readAnnotations(
  source: AnnotationSource,
  root: string,
  paths: readonly string[],
): Promise<Annotations> {
  return source.format === 'coco' ? fromCoco(source, root, paths) : fromFolder(source, paths);
}

async function fromCoco(
  { path }: AnnotationSource,
  root: string,
  paths: readonly string[],
): Promise<Annotations> {
  const found = await stat(path).catch(() => undefined);
  if (!found?.isFile()) throw unreadable(path, 'it is not a file');
  if (found.size > maximumCocoBytes)
    throw unreadable(path, `it has ${found.size} bytes, and the limit is ${maximumCocoBytes}`);
  const text = await readFile(path, 'utf8');
  const { images, categories } = parseCoco(text, path);
  const known = new Set(paths);
  const byName = new Map<string, string | undefined>();
  // A name without a folder counts if it is unique.
  for (const name of paths) byName.set(basename(name), byName.has(basename(name)) ? undefined : name);
  const byPath = new Map<string, SourceAnnotations>();
  for (const [name, annotations] of images) {
    const candidates = [
      name,
      relative(root, resolve(dirname(path), name))
        .split(sep)
        .join('/'),
    ].map((candidate) => posix.normalize(candidate));
    const at = candidates.find((candidate) => known.has(candidate)) ?? byName.get(basename(name));
    if (at !== undefined) byPath.set(at, annotations);
  }
  return { byPath, categories, sha256: sha256InPieces().update(text).digest('hex') };
}

async function fromFolder(
  { format, path, names = [] }: AnnotationSource,
  paths: readonly string[],
): Promise<Annotations> {
  if (!(await stat(path).catch(() => undefined))?.isDirectory()) throw unreadable(path, 'it is not a folder');
  const byPath = new Map<string, SourceAnnotations>();
  const digest = sha256InPieces();
  const extension = format === 'yolo' ? 'txt' : 'png';
  for (const image of paths) {
    const file = join(path, image.replace(/\.[^./]+$/, `.${extension}`));
    if (!existsSync(file)) continue;
    if (format === 'masks') {
      const { size, mtimeMs } = await stat(file);
      digest.update(`${image} ${size} ${mtimeMs}\n`);
      byPath.set(image, { objects: [], maskFile: file });
      continue;
    }
    const text = await readFile(file, 'utf8');
    digest.update(`${image}\n${text}\n`);
    byPath.set(image, parseYolo(text, names, file));
  }
  return { byPath, sha256: digest.digest('hex') };
}

function unreadable(path: string, reason: string): WildstyleError {
  return new WildstyleError('annotations-invalid', `The annotations ${path} cannot be read: ${reason}.`, {
    cure: 'Correct content.annotations.path. Relative paths start from the folder of the job file.',
  });
}
