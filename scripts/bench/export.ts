/** Measures every export of a dataset of many small images: speed and memory, each in a process of its own. @module */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ExporterName, exporterNames } from '../../src/export-formats.js';
import { makeLargeDataset } from '../../test/export/large-dataset.js';

/** The figures of one export. */
export interface ExportFigures {
  readonly [key: string]: number;
  readonly imagesPerSecond: number;
  /** Peak memory of the process in MB (10^6 bytes). */
  readonly peakMb: number;
}

export interface ExportBenchOptions {
  /** Default 100,000. */
  readonly images?: number;
  readonly formats?: readonly ExporterName[];
}

/**
 * Returns the figures of every format, the lowest speed among the formats that copy the images, and the highest peak.
 * Images are JPEG of 64 x 64 pixels in three classes and two splits.
 */
export async function benchExport({
  images = 100_000,
  formats = exporterNames,
}: ExportBenchOptions = {}): Promise<{ readonly [key: string]: number | ExportFigures }> {
  const root = await mkdtemp(join(tmpdir(), 'wildstyle-bench-'));
  try {
    const splits = ['train', 'validation'];
    const distinct = Math.min(images, 1000);
    await makeLargeDataset(root, { images, splits, sizePx: 64, distinct, isAnnotated: true });
    const figures: Record<string, ExportFigures> = {};
    for (const format of formats) {
      const { seconds, peakMb } = await exportInProcess(root, format);
      figures[format] = { imagesPerSecond: images / seconds, peakMb };
    }
    const all = Object.values(figures);
    return {
      images,
      imagesPerSecond: Math.min(...all.map(({ imagesPerSecond }) => imagesPerSecond)),
      peakMb: Math.max(...all.map(({ peakMb }) => peakMb)),
      ...figures,
    };
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

async function exportInProcess(
  root: string,
  format: ExporterName,
): Promise<{ seconds: number; peakMb: number }> {
  const child = fork(fileURLToPath(new URL('export-process.js', import.meta.url)), [root, format]);
  const ended = once(child, 'exit');
  const [message] = await Promise.race([
    once(child, 'message'),
    ended.then(([code]) => {
      throw new Error(`The export to ${format} ended with code ${code}.`);
    }),
  ]);
  await ended;
  return message as { seconds: number; peakMb: number };
}
