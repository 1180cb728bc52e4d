/**
 * Measures every export of a dataset of many small images: speed and memory, each in a process of its own, and whether one
 * that was killed has the same bytes when it is resumed.
 * @module
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { exportsFolderName, outputPaths } from '../../src/dataset/output-paths.js';
import { type ExporterName, exporterNames } from '../../src/export-formats.js';
import { sha256, sha256InPieces } from '../../src/files/digest.js';
import { makeLargeDataset } from '../../test/export/large-dataset.js';
import { refuse } from '../arguments.js';

/** The figures of one export. */
export interface ExportFigures {
  readonly [key: string]: number;
  readonly imagesPerSecond: number;
  /** Peak memory of the process in MB (10^6 bytes), the higher one of the whole and of the resumed export. */
  readonly peakMb: number;
  /** The share of the time of a whole export after which another one was killed. It was then resumed. */
  readonly killedAt: number;
}

interface Measured {
  readonly seconds: number;
  readonly peakMb: number;
}

export interface ExportBenchOptions {
  /** Default 100,000. */
  readonly images?: number;
  readonly formats?: readonly ExporterName[];
  /** Measures all formats in one process instead, as in a job that asks for them. None is killed. */
  readonly isTogether?: boolean;
}

/**
 * Exports to each format, then again, killed in the middle and resumed. Each export starts from a dataset without others.
 * Images are JPEG of 64 x 64 pixels in three classes and two splits, with a box each.
 * @returns the figures of every format, the lowest speed and the highest peak
 * @throws if a resumed export has other bytes than the first one
 */
export async function benchExport({
  images = 100_000,
  formats = exporterNames,
  isTogether = false,
}: ExportBenchOptions = {}): Promise<{ readonly [key: string]: number | ExportFigures }> {
  const root = await mkdtemp(join(tmpdir(), 'wildstyle-bench-'));
  try {
    const tell = progress();
    tell(`making ${images} images`);
    await makeLargeDataset(root, {
      images,
      splits: ['train', 'validation'],
      sizePx: 64,
      distinct: Math.min(images, 1000),
      isAnnotated: true,
    });
    if (isTogether) {
      const { seconds, peakMb } = await exportInProcess(root, formats);
      return { images, exports: formats.length, imagesPerSecond: images / seconds, peakMb };
    }
    const summary = await readFile(outputPaths(root).summary);
    const figures: Record<string, ExportFigures> = {};
    for (const format of formats) {
      const remove = async () => {
        await rm(join(root, exportsFolderName), { recursive: true });
        await writeFile(outputPaths(root).summary, summary);
      };
      const whole = await exportInProcess(root, [format]);
      tell(
        `${format}: ${Math.round(images / whole.seconds)} images per second, ${Math.round(whole.peakMb)} MB`,
      );
      const digest = digestOfTree(join(root, exportsFolderName, format));
      await remove();
      const killedAt = await killExport(root, format, whole, remove);
      const resumed = await exportInProcess(root, [format]);
      if (digestOfTree(join(root, exportsFolderName, format)) !== digest)
        throw new Error(`The export to ${format} that was killed and resumed has other bytes.`);
      await remove();
      tell(`${format}: killed at ${Math.round(killedAt * 100)}% of the time, resumed, the same bytes`);
      const peakMb = Math.max(whole.peakMb, resumed.peakMb);
      figures[format] = { imagesPerSecond: images / whole.seconds, peakMb, killedAt };
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

/** Reads names of formats with commas between them. */
export function formatsOf(text: string): ExporterName[] {
  return text.split(',').map((given) => {
    const known = exporterNames.find((name) => name === given.trim());
    return known ?? refuse(`--formats takes ${exporterNames.join(', ')}, not ${given}.`);
  });
}

/** Tells how far the bench is, on stderr, with the seconds since it began. */
function progress(): (text: string) => void {
  const startedAt = performance.now();
  return (text) => {
    process.stderr.write(`${((performance.now() - startedAt) / 1000).toFixed(0).padStart(5)} s  ${text}\n`);
  };
}

async function exportInProcess(root: string, formats: readonly ExporterName[]): Promise<Measured> {
  const child = forkExport(root, formats);
  let measured: Measured | undefined;
  child.on('message', (message) => {
    if (message !== 'begun') measured = message as Measured;
  });
  const [code] = await once(child, 'exit');
  if (measured) return measured;
  throw new Error(`The export to ${formats.join(', ')} ended with code ${code}.`);
}

/**
 * Kills an export when about half of its time has passed, or earlier if it is faster than that.
 * @param undo removes an export that was complete before it could be killed
 * @returns the share of the time that had passed
 */
async function killExport(
  root: string,
  format: ExporterName,
  { seconds }: Measured,
  undo: () => Promise<void>,
): Promise<number> {
  for (let share = 0.5; ; share /= 2) {
    const child = forkExport(root, [format]);
    const ended = once(child, 'exit');
    // Loading the modules takes time of its own.
    await once(child, 'message');
    await setTimeout(share * seconds * 1000);
    child.kill('SIGKILL');
    const [, signal] = await ended;
    if (signal === 'SIGKILL') return share;
    await undo();
  }
}

function forkExport(root: string, formats: readonly ExporterName[]): ChildProcess {
  return fork(fileURLToPath(new URL('export-process.js', import.meta.url)), [root, ...formats]);
}

/** A digest of the names and the bytes of all files of a folder. Blocking, because waiting for each of many small files takes longer than reading it. */
function digestOfTree(folder: string): string {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort();
  const digest = sha256InPieces();
  for (const name of names) digest.update(`${name} ${sha256(readFileSync(join(folder, name)))}\n`);
  return digest.digest('hex');
}
