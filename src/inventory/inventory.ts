/** Takes inventory of a job's content and style folders: images, digests and classes. @module */
import { realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type ErrorCode, WildstyleError } from '../errors.js';
import { forEachConcurrently } from '../files/concurrency.js';
import { sha256OfFile } from '../files/digest.js';
import type { Job } from '../job/schema.js';
import { DigestCache, defaultCacheFolder } from './digest-cache.js';
import type { ContentEntry, ImageEntry, StyleEntry } from './entries.js';
import { checkClassNames, makeLabeler } from './labels.js';
import { type FoundFile, type Scan, scanImages } from './scan.js';

/** An image that is left out, with the reason. */
export interface InventoryProblem {
  readonly source: 'content' | 'style';
  /** Path relative to the content or style root. */
  readonly path: string;
  readonly code: ErrorCode;
  readonly message: string;
}

/** An image with the same bytes and class as an earlier one. Only the earlier one is planned. */
export interface Duplicate {
  readonly source: 'content' | 'style';
  readonly path: string;
  /** The path of the image that is planned instead. */
  readonly of: string;
}

/** The images in a job's content and style folders. */
export interface Inventory {
  /** Sorted by path in code unit order, without duplicates. */
  readonly contents: readonly ContentEntry[];
  readonly styles: readonly StyleEntry[];
  readonly problems: readonly InventoryProblem[];
  readonly duplicates: readonly Duplicate[];
  /** Conditions that do not stop a run but may surprise users of the dataset. */
  readonly warnings: readonly string[];
}

/** Progress of the hashing. `bytes` counts the bytes read, excluding cached files. */
export interface InventoryProgress {
  readonly done: number;
  readonly total: number;
  readonly bytes: number;
}

/** Options of {@link takeInventory}. */
export interface InventoryOptions {
  /** Where to cache digests between runs; false to disable. Default: `wildstyle/digests` in the XDG cache folder. */
  readonly cacheFolder?: string | false;
  readonly onProgress?: (progress: InventoryProgress) => void;
}

/**
 * Takes inventory of a job's content and style folders.
 * @throws `content-missing`, `style-missing` if a folder does not exist or has no usable images; `labels-invalid` if
 *   the CSV file or a class name is unusable
 */
export async function takeInventory(job: Job, options: InventoryOptions = {}): Promise<Inventory> {
  const contentScan = await scanFolder(job, 'content');
  const styleScan = await scanFolder(job, 'style');
  const problems: InventoryProblem[] = [
    ...contentScan.problems.map((problem) => ({ ...problem, source: 'content' as const })),
    ...styleScan.problems.map((problem) => ({ ...problem, source: 'style' as const })),
  ];
  const labelOf = await makeLabeler(job.content, new Set(contentScan.files.map(({ path }) => path)));
  const labeled = contentScan.files.filter(({ path }) => {
    const known = labelOf(path) !== undefined;
    if (!known) problems.push({ source: 'content', path, code: 'labels-invalid', message: unlabeled(job) });
    return known;
  });
  checkClassNames(new Set(labeled.map(({ path }) => labelOf(path) ?? null)));

  const progress = progressOf(labeled.length + styleScan.files.length, options.onProgress);
  const hashing = { cacheFolder: options.cacheFolder ?? defaultCacheFolder(), progress, problems };
  const contentImages = await digestAll(job.content.root, 'content', labeled, hashing);
  const styleImages = await digestAll(job.style.root, 'style', styleScan.files, hashing);

  const duplicates: Duplicate[] = [];
  const contents = unique(
    contentImages.map((image): ContentEntry => ({ ...image, label: labelOf(image.path) ?? null })),
    ({ sha256, label }) => `${sha256} ${label}`,
    (path, of) => duplicates.push({ source: 'content', path, of }),
  );
  const styles = unique(
    styleImages.map((image): StyleEntry => ({ ...image, folder: folderOf(image.path) })),
    ({ sha256 }) => sha256,
    (path, of) => duplicates.push({ source: 'style', path, of }),
  );
  if (contents.length === 0) throw nothingIn(job, 'content', problems);
  if (styles.length === 0) throw nothingIn(job, 'style', problems);
  problems.sort((a, b) => compare(a.source, b.source) || compare(a.path, b.path));
  return { contents, styles, problems, duplicates, warnings: warningsFor(contents) };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

async function scanFolder(job: Job, source: 'content' | 'style'): Promise<Scan> {
  const { root, include, exclude } = job[source];
  const found = await stat(root).catch(() => undefined);
  if (found?.isDirectory()) {
    return scanImages(root, { include, exclude }).catch((cause: Error) => {
      throw new WildstyleError(
        `${source}-missing`,
        `The ${source} folder ${root} cannot be read: ${cause.message}.`,
        {
          cure: `Make all folders in it readable, or exclude them with ${source}.exclude.`,
          cause,
        },
      );
    });
  }
  const what = found ? 'is not a folder' : 'does not exist';
  throw new WildstyleError(`${source}-missing`, `The ${source} folder ${root} ${what}.`, {
    cure: `Correct ${source}.root. Relative paths start from the folder of ${job.file}.`,
  });
}

function unlabeled({ content: { labels } }: Job): string {
  return labels === 'folders'
    ? 'It is directly in the content root, not in a class folder. Move it into one, or set content.labels to none.'
    : 'The labels CSV file has no row for it.';
}

function nothingIn(
  job: Job,
  source: 'content' | 'style',
  problems: readonly InventoryProblem[],
): WildstyleError {
  const { root, include, exclude } = job[source];
  const [first, ...others] = problems.filter((problem) => problem.source === source);
  const left = first ? ` ${others.length + 1} left out, starting with ${first.path}: ${first.message}` : '';
  const filtered =
    include || exclude ? `, that ${source}.include and ${source}.exclude do not rule out every image,` : '';
  return new WildstyleError(`${source}-missing`, `There are no usable ${source} images in ${root}.${left}`, {
    cure: `Check that ${source}.root is the right folder${filtered} and that it contains images.`,
  });
}

interface Hashing {
  readonly cacheFolder: string | false;
  readonly progress: (bytesRead: number) => void;
  readonly problems: InventoryProblem[];
}

async function digestAll(
  root: string,
  source: 'content' | 'style',
  files: readonly FoundFile[],
  { cacheFolder, progress, problems }: Hashing,
): Promise<ImageEntry[]> {
  const realRoot = await realpath(root);
  const cache = cacheFolder === false ? undefined : await DigestCache.open(cacheFolder, realRoot);
  const images: (ImageEntry | undefined)[] = new Array(files.length);
  await forEachConcurrently(
    files,
    async (file, index) => {
      const { path, bytes } = file;
      const cached = cache?.get(file);
      try {
        const sha256 = cached ?? (await sha256OfFile(join(realRoot, path)));
        if (cached === undefined) cache?.set(file, sha256, Date.now());
        images[index] = { path, sha256, bytes };
      } catch (error) {
        problems.push({
          source,
          path,
          code: 'image-missing',
          message: `It cannot be read: ${(error as Error).message}.`,
        });
      }
      progress(cached === undefined ? bytes : 0);
    },
    8,
  );
  await cache?.save(Date.now());
  return images.filter((image) => image !== undefined);
}

function progressOf(total: number, report: InventoryOptions['onProgress']): (bytesRead: number) => void {
  let done = 0;
  let bytes = 0;
  return (bytesRead) => {
    done += 1;
    bytes += bytesRead;
    report?.({ done, total, bytes });
  };
}

function unique<T extends ImageEntry>(
  entries: readonly T[],
  keyOf: (entry: T) => string,
  report: (path: string, of: string) => void,
): T[] {
  const first = new Map<string, string>();
  return entries.filter((entry) => {
    const key = keyOf(entry);
    const before = first.get(key);
    if (before === undefined) first.set(key, entry.path);
    else report(entry.path, before);
    return before === undefined;
  });
}

function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

/** Folder names that Hugging Face loaders treat as splits at any level. */
const splitWords = new Set('train training test testing eval evaluation val valid validation dev'.split(' '));

function warningsFor(contents: readonly ContentEntry[]): string[] {
  const labels = new Set(contents.flatMap(({ label }) => (label === null ? [] : [label])));
  const warnings: string[] = [];
  const byFolded = new Map<string, string>();
  for (const label of labels) {
    if (splitWords.has(label.toLowerCase())) {
      warnings.push(
        `The class "${label}" has the name of a split: tools that infer splits from folder names may mistake it for one.`,
      );
    }
    const folded = label.normalize('NFC').toLowerCase();
    const before = byFolded.get(folded);
    if (before !== undefined) {
      warnings.push(
        `The classes "${before}" and "${label}" become the same folder on case-insensitive file systems (Windows, macOS).`,
      );
    }
    byFolded.set(folded, label);
  }
  const shared = sharedByClasses(contents);
  if (shared.length > 0) {
    const others = shared.length > 1 ? ` (and ${shared.length - 1} more)` : '';
    warnings.push(`${shared[0].join(' and ')} are the same image in two classes${others}.`);
  }
  return warnings;
}

/** Pairs of paths with the same image but different classes. */
function sharedByClasses(contents: readonly ContentEntry[]): (readonly [string, string])[] {
  const first = new Map<string, string>();
  return contents.flatMap(({ sha256, path }) => {
    const before = first.get(sha256);
    if (before === undefined) first.set(sha256, path);
    return before === undefined ? [] : [[before, path] as const];
  });
}
