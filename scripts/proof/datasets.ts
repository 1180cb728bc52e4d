/** The datasets of the proof: each is made by a job, so it resumes where it stopped. @module */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { readManifest } from '../../src/dataset/ledger/manifest.js';
import { isStylized } from '../../src/dataset/ledger/record-kinds.js';
import { loadJob } from '../../src/job/load.js';
import { prepare } from '../../src/run/preparing/prepare.js';
import { runPlan } from '../../src/run/run.js';

/** An image file with its class. */
export interface LabeledFile {
  readonly file: string;
  readonly label: string;
  /** The folder that the style image is in; its class, if styles are photographs. */
  readonly styleFolder: string;
}

/** Classical augmentation with usual strengths. */
const classical = {
  before: {
    flip: { choice: ['none', 'horizontal'] },
    affine: { rotate: { uniform: [-10, 10] } },
    crop: { share: { uniform: [0.7, 1] }, x: { uniform: [0, 1] }, y: { uniform: [0, 1] } },
    color: {
      brightness: { uniform: [0.7, 1.3] },
      contrast: { uniform: [0.7, 1.3] },
      saturation: { uniform: [0.6, 1.4] },
      hue: { uniform: [-15, 15] },
    },
  },
};

const optimize = { method: 'optimize', network: 'compact', style: { strength: { logUniform: [2, 20] } } };

/** What the recipes of the arms have besides the size. */
export const arms: Readonly<Record<string, object>> = {
  classical: { method: 'none', augment: classical },
  wildstyle: optimize,
  'wildstyle, blend 0.3': { ...optimize, blend: 0.3 },
  both: { ...optimize, augment: classical },
  fda: { method: 'fda', fda: { beta: { logUniform: [0.005, 0.05] } } },
};

/** Test sets that are stylized: painted with a painting that no training set has, and textures of other classes. */
export const conflictRecipe = { ...optimize, style: { strength: 15 } };

/** Makes a dataset without originals. @returns its images */
export async function makeDataset(
  work: string,
  name: string,
  {
    content,
    style,
    recipe,
    stylesPerContent,
    sizePx,
  }: {
    content: string;
    style: { root: string; include?: string[]; exclude?: string[] };
    recipe: object;
    stylesPerContent: number;
    sizePx: number;
  },
): Promise<LabeledFile[]> {
  const root = join(work, 'datasets', name);
  await mkdir(join(work, 'jobs'), { recursive: true });
  const file = join(work, 'jobs', `${name}.yaml`);
  const job = {
    seed: 6,
    content: { root: content, similar: false },
    style,
    sampling: { stylesPerContent, keepOriginals: false },
    recipe: { size: sizePx, fit: 'crop', steps: 25, ...recipe },
    output: { root, format: 'png' },
    run: { workers: 1, threads: 1 },
  };
  await writeFile(file, stringify(job));
  await runPlan(await prepare(await loadJob(file)));
  return (await readManifest(root)).filter(isStylized).map(({ file: image, label, sources }) => ({
    file: join(root, image),
    label: label ?? '',
    styleFolder: (sources as { style: { path: string } }).style.path.split('/')[0],
  }));
}
