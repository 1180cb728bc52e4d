/** A small job in a temporary folder: three classes, three styles, the network that needs no weights. @module */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { stringify } from 'yaml';
import { type Motif, smallImage } from './small-images.js';

/** A job and where it keeps its things. */
export interface SmallJob {
  /** Holds everything below. */
  readonly folder: string;
  readonly file: string;
  readonly contentRoot: string;
  readonly styleRoot: string;
  /** Where the job writes if nothing else is said. */
  readonly out: string;
  /** Of its own, so that no run knows what another has measured. */
  readonly cache: string;
  /** Puts a file below the job's folder, making folders. */
  readonly put: (path: string, bytes: Uint8Array | string) => Promise<string>;
  readonly remove: () => Promise<void>;
}

/** Keys of the job file that differ from the usual ones; merged one level deep. */
export type JobChanges = Readonly<Record<string, unknown>>;

/** Content images of the usual job; each is planned twice, and its original is kept. */
export const smallClasses: Readonly<Record<string, readonly Motif[]>> = {
  clouds: ['noise', 'gradient'],
  ponds: ['rings', 'gradient'],
  zebras: ['stripes', 'rings'],
};

/** Items of the usual job: 6 content images with 2 styles each, and their originals. */
export const smallCounts = { items: 18, stylized: 12, originals: 6 } as const;

const usual = {
  seed: 7,
  content: { root: 'content' },
  style: { root: 'style' },
  sampling: { stylesPerContent: 2, keepOriginals: true },
  recipe: {
    network: 'random',
    size: 32,
    optimizer: 'adam',
    steps: 3,
    style: { strength: { uniform: [5, 50] } },
  },
  output: { root: 'out', format: 'png' },
  run: { workers: 1, threads: 1, batch: 1 },
};

/** Makes a job with its images. */
export async function smallJob(changes: JobChanges = {}): Promise<SmallJob> {
  const folder = await mkdtemp(join(tmpdir(), 'wildstyle-run-'));
  const put = async (path: string, bytes: Uint8Array | string) => {
    const target = join(folder, path);
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, bytes);
    return target;
  };
  let variant = 0;
  for (const [label, pictures] of Object.entries(smallClasses)) {
    for (const motif of pictures) {
      const png = await smallImage(motif, variant++).png().toBuffer();
      await put(`content/${label}/${motif}.png`, png);
    }
  }
  for (const motif of ['rings', 'stripes', 'noise'] as const) {
    await put(
      `style/${motif}.png`,
      await smallImage(motif, 10 + variant++)
        .png()
        .toBuffer(),
    );
  }
  return {
    folder,
    file: await put('job.yaml', stringify(merged(usual, changes))),
    contentRoot: join(folder, 'content'),
    styleRoot: join(folder, 'style'),
    out: join(folder, 'out'),
    cache: join(folder, 'cache'),
    put,
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

function merged(base: JobChanges, changes: JobChanges): JobChanges {
  const result: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(changes)) {
    const before = result[key];
    const both = isMap(before) && isMap(value);
    result[key] = both ? { ...before, ...value } : value;
  }
  return result;
}

function isMap(value: unknown): value is JobChanges {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
