/** A small job in a temporary folder: three classes, three styles, and a network without weights. @module */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { stringify } from 'yaml';
import { type Motif, smallImage } from './small-images.js';

/** A job and its folders. */
export interface SmallJob {
  /** Contains all of the paths below. */
  readonly folder: string;
  readonly file: string;
  readonly contentRoot: string;
  readonly styleRoot: string;
  /** The default output folder of the job. */
  readonly out: string;
  /** A separate cache folder, so that no run reuses the measurements of another. */
  readonly cache: string;
  /** Writes a file below the job's folder and returns its path. */
  readonly put: (path: string, bytes: Uint8Array | string) => Promise<string>;
  readonly remove: () => Promise<void>;
}

/** Changes to the usual job file, merged one level deep. */
export type JobChanges = Readonly<Record<string, unknown>>;

/** Content images of the usual job, by class; each gives two stylized images and an original. */
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

/** Creates a job with its images. */
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

/** Changes for a job of six stylized images, in a step each. */
export const quickest: JobChanges = {
  sampling: { stylesPerContent: 1, keepOriginals: false },
  recipe: { steps: 1 },
  run: { engine: 'reference' },
};

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
