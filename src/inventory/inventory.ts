/** Takes inventory of a job's content and style folders: images, digests and classes. @module */
import { stat } from 'node:fs/promises';
import { type Annotations, readAnnotations } from '../annotations/read.js';
import { type ErrorCode, WildstyleError } from '../errors.js';
import type { Job } from '../job/schema.js';
import { defaultCacheFolder } from './digest-cache.js';
import type { ContentEntry, ImageEntry, StyleEntry } from './entries.js';
import { hasSplitFolders, makeSplitReader } from './given-splits.js';
import { hashFiles } from './hash-files.js';
import { checkClassNames, makeLabeler } from './labels.js';
import { readLicenses } from './licenses.js';
import { isMask, withMasks, withoutMasks } from './masks.js';
import { type Scan, scanImages } from './scan.js';
import { type EarlierImage, findSimilar, type SimilarImages } from './similar/similar-images.js';
import { warningsFor, withoutAnnotations } from './warnings.js';

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
  /** Near duplicates: one pair less than there are images in a set of the same picture. */
  readonly similar: readonly SimilarImages[];
  /** By digest; of content images if `content.similar` is set, of style images if splits share none. */
  readonly fingerprints: ReadonlyMap<string, Uint8Array>;
  /** Digest of the annotations of the content images; undefined if the job has none. */
  readonly annotationsSha256?: string | undefined;
  /** All categories of the annotations, if their source lists them. */
  readonly categories?: Annotations['categories'] | undefined;
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
  /** Images that the dataset had before: near duplicates of them are found, too. */
  readonly earlier?: readonly EarlierImage[];
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
  const paths = new Set(contentScan.files.map(({ path }) => path));
  const labelOf = await makeLabeler(job.content, paths, hasSplitFolders(job) ? 1 : 0);
  const splitOf = await makeSplitReader(job, paths);
  const labeled = contentScan.files.filter(({ path }) => {
    const given = splitOf(path);
    const problem =
      'problem' in given ? given.problem : labelOf(path) === undefined ? unlabeled(job) : undefined;
    if (problem !== undefined)
      problems.push({ source: 'content', path, code: 'labels-invalid', message: problem });
    return problem === undefined;
  });
  checkClassNames(new Set(labeled.map(({ path }) => labelOf(path) ?? null)));

  const progress = progressOf(labeled.length + styleScan.files.length, options.onProgress);
  const fingerprints = new Map<string, Uint8Array>();
  const hashing = {
    cacheFolder: options.cacheFolder ?? defaultCacheFolder(),
    maximumPixels: job.run.inputLimits.maxPixels,
    progress,
    problems,
  };
  const [ofContents, ofStyles] = [job.content.similar, job.split?.styles === 'disjoint'].map(
    (isWanted) => isWanted && fingerprints,
  );
  const contentImages = await withMasks(
    job,
    'content',
    await hashFiles(job.content.root, 'content', labeled, ofContents, hashing),
    hashing,
  );
  const styleImages = await withMasks(
    job,
    'style',
    await hashFiles(job.style.root, 'style', styleScan.files, ofStyles, hashing),
    hashing,
  );

  const { annotations: source } = job.content;
  const annotated =
    source &&
    (await readAnnotations(
      source,
      job.content.root,
      contentImages.map(({ path }) => path),
    ));
  const contentRights = await readLicenses('content', job.content, paths);
  const stylePaths = new Set(styleScan.files.map(({ path }) => path));
  const styleRights = await readLicenses('style', job.style, stylePaths);
  const duplicates: Duplicate[] = [];
  const contents = unique(
    contentImages.map((image): ContentEntry => {
      const found = annotated && { annotations: annotated.byPath.get(image.path) ?? { objects: [] } };
      const { problem: _, ...given } = { problem: undefined, ...splitOf(image.path) };
      const rights = contentRights.get(image.path);
      // Keys that are added after a spread make an object three times as large in V8.
      return { label: labelOf(image.path) ?? null, ...image, ...given, ...found, ...rights };
    }),
    // Copies in several splits are refused later, so they must not get lost here.
    ({ sha256, mask, label, split, group }) => JSON.stringify([sha256, mask?.sha256, label, split, group]),
    (path, of) => duplicates.push({ source: 'content', path, of }),
  );
  const styles = unique(
    styleImages.map(
      (image): StyleEntry => ({
        ...image,
        folder: folderOf(image.path),
        ...styleRights.get(image.path),
      }),
    ),
    ({ sha256, mask }) => `${sha256} ${mask?.sha256}`,
    (path, of) => duplicates.push({ source: 'style', path, of }),
  );
  if (contents.length === 0) throw nothingIn(job, 'content', problems);
  if (styles.length === 0) throw nothingIn(job, 'style', problems);
  problems.sort((a, b) => compare(a.source, b.source) || compare(a.path, b.path));
  const similar = findAllSimilar({ content: contents, style: styles }, fingerprints, options.earlier ?? []);
  const warnings = [
    ...warningsFor(contents),
    ...withoutAnnotations(contents, annotated?.byPath),
    ...withoutMasks(job, 'content', contents),
    ...withoutMasks(job, 'style', styles),
  ];
  const { sha256: annotationsSha256, categories } = annotated ?? {};
  const images = { contents, styles, problems, duplicates, similar };
  return { ...images, fingerprints, warnings, annotationsSha256, categories };
}

function findAllSimilar(
  images: Readonly<Record<'content' | 'style', readonly ImageEntry[]>>,
  fingerprints: Map<string, Uint8Array>,
  earlier: readonly EarlierImage[],
): SimilarImages[] {
  if (fingerprints.size === 0) return [];
  const all = new Map(fingerprints);
  for (const { sha256, fingerprint } of earlier) if (fingerprint) all.set(sha256, fingerprint);
  return (['content', 'style'] as const).flatMap((source) =>
    findSimilar(source, [...earlier.filter((image) => image.source === source), ...images[source]], all),
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

async function scanFolder(job: Job, source: 'content' | 'style'): Promise<Scan> {
  const { root, include, exclude } = job[source];
  const found = await stat(root).catch(() => undefined);
  if (found?.isDirectory()) {
    const scan = await scanImages(root, { include, exclude }).catch((cause: Error) => {
      throw new WildstyleError(
        `${source}-missing`,
        `The ${source} folder ${root} cannot be read: ${cause.message}.`,
        {
          cure: `Make all folders in it readable, or exclude them with ${source}.exclude.`,
          cause,
        },
      );
    });
    return { ...scan, files: scan.files.filter(({ path }) => !isMask(job[source], path)) };
  }
  const what = found ? 'is not a folder' : 'does not exist';
  throw new WildstyleError(`${source}-missing`, `The ${source} folder ${root} ${what}.`, {
    cure: `Correct ${source}.root. Relative paths start from the folder of ${job.file}.`,
  });
}

function unlabeled(job: Job): string {
  if (hasSplitFolders(job) && job.content.labels === 'folders')
    return 'It is directly in the folder of its split, not in a class folder. Move it into one, or set content.labels to none.';
  return job.content.labels === 'folders'
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
