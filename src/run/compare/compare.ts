/** Makes the same items with several recipes, in this process. @module */
import { WildstyleError } from '../../errors.js';
import type { Pixels } from '../../images/pixels.js';
import { loadJob } from '../../job/load.js';
import type { Override } from '../../job/overrides.js';
import type { Job } from '../../job/schema.js';
import { methodOf } from '../../methods/index.js';
import type { StylizedItem } from '../../plan/item.js';
import { loaderOf, type MadeItem, type MakeItem, stylizedItems, withMaker } from './make-items.js';
import type { Variation } from './variations.js';

/** One pair of images, made with every variation. */
export interface ComparedPair {
  /** Paths, relative to the folders of the job. */
  readonly content: string;
  readonly style: string;
  readonly sources: readonly [content: Pixels, style: Pixels];
  readonly results: readonly MadeItem[];
}

export interface CompareOptions {
  /** Number of pairs. */
  readonly pairs: number;
  /** Overrides of the job that all variations have. */
  readonly overrides?: readonly (string | Override)[];
  /** Whether one engine makes all, so that graphs are shared: quicker, but times of variations cannot be compared. */
  readonly isOneEngine?: boolean;
  readonly onProgress?: (made: number, total: number) => void;
  /** Called after steps, with those of all images. Images that end early count with the steps that were planned. */
  readonly onSteps?: (done: number, total: number) => void;
}

/** Reads the job of a comparison with overrides. */
export type ReadJob = (overrides: readonly (string | Override)[]) => Promise<Job>;

/**
 * Makes the first items of a job with each variation. Pairs and seeds are those of a run with `sampling.limit: pairs`.
 * @param job its file, or how to read it
 * @throws the errors of `loadJob`, `prepare` and of the method; `option-invalid` if the job stylizes nothing
 */
export async function compare(
  job: string | ReadJob,
  variations: readonly Variation[],
  { pairs, overrides: common = [], isOneEngine = false, onProgress, onSteps }: CompareOptions,
): Promise<ComparedPair[]> {
  const limited = { shown: `--pairs ${pairs}`, path: ['sampling', 'limit'], value: pairs };
  const read: ReadJob = typeof job === 'string' ? (given) => loadJob(job, { overrides: given }) : job;
  // Reports wrong values before anything is made.
  const jobs = await Promise.all(variations.map(({ overrides }) => read([limited, ...common, ...overrides])));
  const plans = await Promise.all(jobs.map((version) => stylizedItems(version)));
  const count = Math.min(pairs, ...plans.map(({ length }) => length));
  if (count === 0)
    throw new WildstyleError('option-invalid', `${jobs[0].file} stylizes no image.`, {
      cure: 'Raise sampling.stylesPerContent or sampling.limit above 0.',
    });
  const total = count * jobs.length;
  const stepsOf = ({ recipe }: StylizedItem) => methodOf(recipe).cost(recipe).steps;
  const totalSteps = plans.flatMap((plan) => plan.slice(0, count).map(stepsOf)).reduce((a, b) => a + b, 0);
  let doneSteps = 0;
  const compared: MadeItem[][] = Array.from({ length: count }, () => []);
  const makeAll = async (make: MakeItem, v: number) => {
    for (let i = 0; i < count; i++) {
      const item = plans[v][i];
      const made = await make(item, { onStep: (steps) => onSteps?.(doneSteps + steps, totalSteps) });
      doneSteps += stepsOf(item);
      compared[i].push(made);
      onProgress?.(v * count + i + 1, total);
    }
  };
  if (isOneEngine) {
    await withMaker(jobs[0], async (make) => {
      for (const v of jobs.keys()) await makeAll(make, v);
    });
  } else {
    for (const [v, version] of jobs.entries()) await withMaker(version, (make) => makeAll(make, v));
  }
  return Promise.all(
    plans[0].slice(0, count).map(async ({ sources, recipe: { size: sizePx, fit } }, i) => {
      const loader = loaderOf(jobs[0]);
      const content = await loader.decode('content', sources.content, { sizePx, fit });
      const style = await loader.decode('style', sources.style, { sizePx, fit: 'keep' });
      const paths = { content: sources.content.path, style: sources.style.path };
      return { ...paths, sources: [content, style] as const, results: compared[i] };
    }),
  );
}
