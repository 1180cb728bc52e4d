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
import { type ComparedPair, compare } from './compare.js';
import type { Variation } from './variations.js';

export interface TryOptions {
  /** Long edge of the results in pixels. */
  readonly sizePx: number;
  readonly weights?: NamedWeights;
  /** Overrides of the job that all variations have. */
  readonly overrides?: readonly string[];
  readonly onProgress?: (made: number, total: number) => void;
}

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
  { sizePx, weights, overrides = [], onProgress }: TryOptions,
): Promise<ComparedPair> {
  // Copies: the folders of the images may hold thousands of others.
  const folder = await mkdtemp(join(tmpdir(), 'wildstyle-try-'));
  try {
    await copyInto(join(folder, 'content'), content);
    await copyInto(join(folder, 'style'), style);
    const text = JSON.stringify({
      content: { root: 'content', labels: 'none', similar: false },
      style: { root: 'style' },
      sampling: { keepOriginals: false },
      recipe: { size: sizePx },
      output: { root: 'out' },
      ...(weights !== undefined && { run: { weights } }),
    });
    const file = join(folder, 'try');
    const read = async (own: readonly (string | Override)[]) => parseJob(file, text, { overrides: own });
    const [pair] = await compare(read, variations, {
      ...{ pairs: 1, overrides, isOneEngine: true },
      ...(onProgress && { onProgress }),
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
    const what = cause.code === 'ENOENT' ? 'does not exist' : `cannot be read (${cause.code})`;
    throw new WildstyleError('image-missing', `${file} ${what}.`, { cause });
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
