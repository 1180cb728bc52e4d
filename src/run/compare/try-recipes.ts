/** Tries recipes on one pair of images, without a job file. @module */
import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { WildstyleError } from '../../errors.js';
import type { Pixels } from '../../images/pixels.js';
import { isImageName } from '../../inventory/scan.js';
import { parseJob } from '../../job/load.js';
import type { Override } from '../../job/overrides.js';
import { type GridRow, renderGrid } from '../../report/comparison/grid.js';
import type { NamedWeights } from '../preparing/weights.js';
import { type AffordableSize, measureAffordableSize } from './affordable-size.js';
import { type ComparedPair, type CompareOptions, compare } from './compare.js';
import type { Variation } from './variations.js';

export interface TryOptions {
  /** Long edge of the results in pixels. Default: 192, or less where that takes more than a minute. */
  readonly sizePx?: number | undefined;
  readonly weights?: NamedWeights;
  /** Overrides of the job that all variations have. */
  readonly overrides?: readonly string[];
  /** Called when images and recipes were checked, before anything that takes time. */
  readonly onBegin?: () => void;
  /** Called when the size was chosen. */
  readonly onSize?: (size: AffordableSize) => void;
  readonly onProgress?: CompareOptions['onProgress'];
  readonly onSteps?: CompareOptions['onSteps'];
}

/** The long edge of results where there is time for it. */
export const usualTrySizePx = 192;
/** For the images, of the minute that it may take: the rest is for the start, the measurement and the picture. */
const budgetMs = 40_000;

/**
 * Stylizes one content image with one style image, once with each variation, on one engine.
 * @param content path of an image
 * @param style path of an image
 * @throws `image-missing`, `job-invalid`, and the errors of the method
 */
export async function tryRecipes(
  content: string,
  style: string,
  variations: readonly Variation[],
  { sizePx, weights, overrides = [], onBegin, onSize, onProgress, onSteps }: TryOptions,
): Promise<ComparedPair> {
  // Copies: the folders of the images may hold thousands of others.
  const folder = await mkdtemp(join(tmpdir(), 'wildstyle-try-'));
  try {
    await copyInto(join(folder, 'content'), content);
    await copyInto(join(folder, 'style'), style);
    const textAt = (size: number) =>
      JSON.stringify({
        content: { root: 'content', labels: 'none', similar: false },
        style: { root: 'style' },
        sampling: { keepOriginals: false },
        recipe: { size },
        output: { root: 'out' },
        ...(weights !== undefined && { run: { weights } }),
      });
    const file = join(folder, 'try');
    const reader = (size: number) => async (own: readonly (string | Override)[]) =>
      parseJob(file, textAt(size), { overrides: own });
    const readAny = reader(sizePx ?? usualTrySizePx);
    const jobs = await Promise.all(variations.map((one) => readAny([...overrides, ...one.overrides])));
    onBegin?.();
    let chosenPx = sizePx;
    if (chosenPx === undefined) {
      const affordable = await measureAffordableSize(jobs, usualTrySizePx, budgetMs);
      if (affordable) onSize?.(affordable);
      chosenPx = affordable?.sizePx ?? usualTrySizePx;
    }
    const [pair] = await compare(reader(chosenPx), variations, {
      ...{ pairs: 1, overrides, isOneEngine: true },
      ...(onProgress && { onProgress }),
      ...(onSteps && { onSteps }),
    });
    return pair as ComparedPair;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function copyInto(folder: string, file: string): Promise<void> {
  await mkdir(folder);
  const name = isImageName(file) ? basename(file) : `${basename(file)}.jpg`;
  await copyFile(file, join(folder, name)).catch((cause: NodeJS.ErrnoException) => {
    const known: Readonly<Record<string, string>> = { ENOENT: 'does not exist', EISDIR: 'is a folder' };
    const what = known[cause.code ?? ''] ?? `cannot be read (${cause.code})`;
    const cure = 'Give the path of an image, such as a JPEG or PNG file.';
    throw new WildstyleError('image-missing', `${file} ${what}.`, { cure, cause });
  });
}

const [leastCellPx, mostCellPx] = [128, 320];

/**
 * Draws what was tried: a row for each value of the first key that varies, a column for each combination of the others. The
 * sources are at the left.
 */
export async function renderTried(variations: readonly Variation[], pair: ComparedPair): Promise<Buffer> {
  const images = pair.results.map(({ pixels }) => pixels);
  const [firstKey = '', ...otherKeys] = Object.keys(variations[0]?.values ?? {});
  const isTable = otherKeys.length > 0;
  const rowValues = isTable ? [...new Set(variations.map(({ values }) => values[firstKey]))] : [''];
  const columns = images.length / rowValues.length;
  const columnKeys = isTable ? otherKeys : [firstKey];
  const headings = variations.slice(0, columns).map(({ values }) => {
    const lines = columnKeys.flatMap((key) => (key === '' ? [] : [`${shortKey(key)}: ${values[key]}`]));
    return lines.length > 0 ? lines : ['result'];
  });
  const [content, style] = pair.sources;
  const rows = rowValues.map((value, row): GridRow => {
    const sources: (Pixels | undefined)[] = rowValues.length > 1 ? [[content, style][row]] : [content, style];
    return {
      caption: value === '' ? `${pair.content} + ${pair.style}` : `${shortKey(firstKey)}: ${value}`,
      images: [...sources, ...images.slice(row * columns, (row + 1) * columns)],
    };
  });
  const edges = images.flatMap(({ widthPx, heightPx }) => [widthPx, heightPx]);
  return renderGrid({
    headings: [...(rowValues.length > 1 ? [['content, then style']] : [['content'], ['style']]), ...headings],
    rows,
    cellPx: Math.min(mostCellPx, Math.max(leastCellPx, ...edges)),
  });
}

const shortKey = (key: string): string => key.replace(/^recipe\.(style\.)?/, '');
