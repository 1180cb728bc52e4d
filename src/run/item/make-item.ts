/** Makes items: loads the sources, runs the method and publishes the image. Runs in a worker process. @module */
import type { Attempt, ItemRecord } from '../../dataset/ledger/record.js';
import type { Engine } from '../../engine/engine.js';
import { asWildstyleError, severityOf } from '../../errors.js';
import type { ImageShape } from '../../images/fit.js';
import { methodOf } from '../../methods/index.js';
import type { OriginalItem, PlanItem, StylizedItem } from '../../plan/item.js';
import type { Watch } from '../../stylize/schedule/item.js';
import { type Gatekeeper, labelLost, makeGated } from './gated.js';
import { type AnnotatedFields, annotateItem } from './item-annotations.js';
import { failedRecord, originalRecord, stylizedRecord } from './item-record.js';
import { type SourceFolders, SourceLoader } from './load-sources.js';
import { type MadeImage, makeImage } from './make-image.js';
import type { Makers } from './makers.js';
import { type OutputImages, publishImage } from './publish-image.js';

export class ItemMaker {
  readonly #loader: SourceLoader;

  constructor(
    private readonly worker: SourceFolders & OutputImages,
    private readonly engine: Engine,
    private readonly makers: Makers,
    private readonly gatekeeper?: Gatekeeper,
  ) {
    this.#loader = new SourceLoader(worker);
  }

  /**
   * Makes and publishes the image of an item.
   * @param earlier failed attempts
   * @param watch follows the optimization
   * @returns the record, also if the item failed
   * @throws errors that end the run (see `severityOf`), and the signal's reason if it is aborted before the first step
   */
  async make(
    item: PlanItem,
    earlier: readonly Attempt[],
    signal: AbortSignal,
    watch?: Watch,
  ): Promise<ItemRecord> {
    try {
      return await (item.kind === 'original'
        ? this.#original(item, earlier)
        : this.#stylized(item, earlier, signal, watch));
    } catch (error) {
      if (signal.aborted && error === signal.reason) throw error;
      const known = asWildstyleError(error);
      if (severityOf(known.code).scope === 'run') throw known;
      return failedRecord(item, known, earlier);
    }
  }

  async #original(item: OriginalItem, earlier: readonly Attempt[]): Promise<ItemRecord> {
    const { size: sizePx, fit } = item.recipe;
    const pixels = await this.#loader.decode('content', item.sources.content, { sizePx, fit });
    const annotated = await this.#annotate(item, pixels);
    return originalRecord(item, await publishImage(this.worker, item.file, pixels), annotated, earlier);
  }

  async #stylized(
    item: StylizedItem,
    earlier: readonly Attempt[],
    signal: AbortSignal,
    watch: Watch | undefined,
  ): Promise<ItemRecord> {
    const { recipe, seed } = item;
    const sources = await this.#loader.loadAll(item.sources, methodOf(recipe).sources(recipe));
    const { image: result, facts: gate } = await makeGated(item, this.gatekeeper, (each) =>
      makeImage(this.makers.of(each), { recipe: each, sources, seed, watch }, signal),
    );
    if (gate?.verdict === 'dropped') return failedRecord(item, labelLost(item, gate), earlier, gate);
    const annotated = await this.#annotate(item, result.pixels, result);
    const image = await publishImage(this.worker, item.file, result.pixels);
    return stylizedRecord(item, image, { made: result.made, annotated, gate }, this.engine, earlier);
  }

  #annotate(item: PlanItem, shape: ImageShape, result?: MadeImage): Promise<AnnotatedFields> {
    const { roots, maximumPixels, categoryNames = [] } = this.worker;
    return annotateItem(item, shape, result, { contentRoot: roots.content, maximumPixels, categoryNames });
  }
}
