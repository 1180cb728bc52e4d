/** Makes a few items of a job in this process, without a dataset. @module */
import type { Pixels } from '../../images/pixels.js';
import { maskRootsOf } from '../../inventory/masks.js';
import type { Job } from '../../job/schema.js';
import { methodOf } from '../../methods/index.js';
import type { OptimizeFacts } from '../../methods/optimize/facts.js';
import type { StylizedItem } from '../../plan/item.js';
import type { Watch } from '../../stylize/schedule/item.js';
import { openMethodContext } from '../arrays/method-context.js';
import { chosenEngine, withChosenEngine } from '../engines/engine-choice.js';
import { SourceLoader } from '../item/load-sources.js';
import { makeImage } from '../item/make-image.js';
import { Makers } from '../item/makers.js';
import { prepare } from '../preparing/prepare.js';

/** An image that was made, with the facts of its method. */
export interface MadeItem {
  readonly pixels: Pixels;
  readonly facts: Partial<OptimizeFacts>;
  readonly elapsedMs: number;
}

/** Makes one item. `watch` follows its steps. */
export type MakeItem = (item: StylizedItem, watch?: Watch) => Promise<MadeItem>;

/** The stylized items of a job, in plan order. @throws the errors of `prepare` */
export async function stylizedItems(job: Job): Promise<StylizedItem[]> {
  const { plan } = await prepare(job);
  return [...plan.items()].filter((item) => item.kind === 'stylized');
}

/** The loader of a job's images. */
export function loaderOf(job: Job): SourceLoader {
  const { content, style, run } = job;
  const roots = { content: content.root, style: style.root };
  return new SourceLoader({ roots, maskRoots: maskRootsOf(job), maximumPixels: run.inputLimits.maxPixels });
}

/** Opens an engine for the items of a job; its graphs are gone afterwards. */
export async function withMaker<T>(job: Job, use: (make: MakeItem) => Promise<T>): Promise<T> {
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
    return await use(async ({ recipe, seed, sources: entries }, watch) => {
      const sources = await loader.loadAll(entries, methodOf(recipe).sources(recipe));
      const { pixels, made } = await makeImage(makers.of(recipe), { recipe, sources, seed, watch });
      return { pixels, facts: made.facts, elapsedMs: made.elapsedMs };
    });
  } finally {
    makers.dispose();
    context.engine.dispose();
  }
}
