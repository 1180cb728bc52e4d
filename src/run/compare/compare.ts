/** Makes the same items with several recipes, in this process. @module */
import { WildstyleError } from '../../errors.js';
import type { Pixels } from '../../images/pixels.js';
import { toPixels } from '../../images/tensor.js';
import { maskRootsOf } from '../../inventory/masks.js';
import { loadJob } from '../../job/load.js';
import type { Job } from '../../job/schema.js';
import { methodOf } from '../../methods/index.js';
import type { OptimizeFacts } from '../../methods/optimize/facts.js';
import type { StylizedItem } from '../../plan/item.js';
import { openMethodContext } from '../arrays/method-context.js';
import { chosenEngine, withChosenEngine } from '../engine-choice.js';
import { SourceLoader } from '../item/load-sources.js';
import { Makers } from '../item/makers.js';
import { prepare } from '../prepare.js';
import type { Variation } from './variations.js';

/** One image of a comparison. */
export interface Compared {
  readonly pixels: Pixels;
  readonly facts: Partial<OptimizeFacts>;
  readonly elapsedMs: number;
}

/** One pair of images, made with every variation. */
export interface ComparedPair {
  /** Paths, relative to the folders of the job. */
  readonly content: string;
  readonly style: string;
  readonly sources: readonly [content: Pixels, style: Pixels];
  readonly results: readonly Compared[];
}

export interface CompareOptions {
  /** Number of pairs. */
  readonly pairs: number;
  /** Overrides of the job that all variations have. */
  readonly overrides?: readonly string[];
  readonly onProgress?: (made: number, total: number) => void;
}

/**
 * Makes the first items of a job with each variation. Pairs and seeds are those of a run with `sampling.limit: pairs`.
 * @param file the job
 * @throws the errors of `loadJob`, `prepare` and of the method; `option-invalid` if the job stylizes nothing
 */
export async function compare(
  file: string,
  variations: readonly Variation[],
  { pairs, overrides: common = [], onProgress }: CompareOptions,
): Promise<ComparedPair[]> {
  const limited = { shown: `--pairs ${pairs}`, path: ['sampling', 'limit'], value: pairs };
  // Reports wrong values before anything is made.
  const jobs = await Promise.all(
    variations.map(({ overrides }) => loadJob(file, { overrides: [limited, ...common, ...overrides] })),
  );
  const plans = await Promise.all(jobs.map((job) => plannedItems(job)));
  const count = Math.min(pairs, ...plans.map(({ length }) => length));
  if (count === 0) throw new WildstyleError('option-invalid', `${file} stylizes no image.`);
  const total = count * jobs.length;
  const compared: Compared[][] = Array.from({ length: count }, () => []);
  for (const [v, job] of jobs.entries()) {
    await withMaker(job, async (make) => {
      for (let i = 0; i < count; i++) {
        compared[i].push(await make(plans[v][i]));
        onProgress?.(v * count + i + 1, total);
      }
    });
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

async function plannedItems(job: Job): Promise<StylizedItem[]> {
  const { plan } = await prepare(job);
  return [...plan.items()].filter((item) => item.kind === 'stylized');
}

function loaderOf(job: Job): SourceLoader {
  const { content, style, run } = job;
  const roots = { content: content.root, style: style.root };
  return new SourceLoader({ roots, maskRoots: maskRootsOf(job), maximumPixels: run.inputLimits.maxPixels });
}

/** Opens an engine for one variation, so that its graphs are gone before the next one. */
async function withMaker(
  job: Job,
  use: (make: (item: StylizedItem) => Promise<Compared>) => Promise<void>,
): Promise<void> {
  const { run } = await withChosenEngine(job);
  const { threads, weights } = run;
  const context = await openMethodContext({
    ...chosenEngine(run),
    ...(typeof threads === 'number' && { threads }),
    ...(weights !== undefined && { weights }),
  });
  const makers = new Makers(context);
  const loader = loaderOf(job);
  try {
    await use(async ({ recipe, seed, sources: entries }) => {
      const sources = await loader.loadAll(entries, methodOf(recipe).sources(recipe));
      const { image, facts, elapsedMs } = await makers.of(recipe).make({ recipe, sources, seed });
      return { pixels: toPixels(image.data, image.shape), facts, elapsedMs };
    });
  } finally {
    makers.dispose();
    context.engine.dispose();
  }
}
