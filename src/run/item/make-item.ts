/** Makes one item: decode, stylize, encode, publish. Runs in a worker process. @module */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ItemRecord } from '../../dataset/ledger/record.js';
import { outputPaths } from '../../dataset/output-paths.js';
import type { Engine, HostTensor } from '../../engine/engine.js';
import { asWildstyleError, type ErrorCode, WildstyleError } from '../../errors.js';
import { AsyncCache } from '../../files/async-cache.js';
import { sha256 } from '../../files/digest.js';
import { publishFile } from '../../files/publish.js';
import { decodeImage } from '../../images/decode.js';
import { encodeImage } from '../../images/encode.js';
import type { DecodeTarget } from '../../images/fit.js';
import type { Pixels } from '../../images/pixels.js';
import { toPixels, toTensor } from '../../images/tensor.js';
import type { ImageEntry } from '../../inventory/entries.js';
import type { PlanItem, StylizedItem } from '../../plan/item.js';
import { initialImage, startsFromStyle } from '../../stylize/initial.js';
import type { NetworkName } from '../../stylize/networks/index.js';
import type { Stylizer } from '../../stylize/stylizer.js';
import type { SourceImage } from '../../stylize/targets.js';
import type { WorkerSettings } from '../pool/protocol.js';
import type { WeightStore } from '../weights.js';
import { completeRecord, failedRecord } from './item-record.js';

/** Codes that end the run: every further item would meet the same fate. */
const fatalCodes: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'disk-full',
  'output-unwritable',
  'engine-unavailable',
  'weights-missing',
  'weights-invalid',
]);

export const isFatal = (error: WildstyleError): boolean => fatalCodes.has(error.code);

const decodedCacheBytes = 128e6;

export class ItemMaker {
  readonly #decoded = new AsyncCache<SourceImage>({
    maxSize: decodedCacheBytes,
    sizeOf: ({ tensor }) => tensor.data.byteLength,
  });

  constructor(
    private readonly settings: WorkerSettings,
    private readonly engine: Engine,
    private readonly stylizer: Stylizer,
    private readonly weights: WeightStore,
  ) {}

  /**
   * Makes and publishes an item's image.
   * @returns its record; a failure of the item is a record too
   * @throws what must end the run, see {@link isFatal}, and the signal's reason when it is aborted before the first step
   */
  async make(item: PlanItem, signal: AbortSignal): Promise<ItemRecord> {
    try {
      return await (item.kind === 'original' ? this.#original(item) : this.#stylized(item, signal));
    } catch (error) {
      if (signal.aborted && error === signal.reason) throw error;
      const known = asWildstyleError(error);
      if (isFatal(known)) throw known;
      return failedRecord(item, known);
    }
  }

  async #original(item: PlanItem): Promise<ItemRecord> {
    const { size, fit } = item.recipe;
    const pixels = await this.#decode(this.settings.contentRoot, item.content, { sizePx: size, fit });
    return completeRecord(item, await this.#publish(item, pixels), undefined);
  }

  async #stylized(item: StylizedItem, signal: AbortSignal): Promise<ItemRecord> {
    const { recipe } = item;
    const [content, style] = await Promise.all([
      this.#source(this.settings.contentRoot, item.content, { sizePx: recipe.size, fit: recipe.fit }),
      this.#source(this.settings.styleRoot, item.style, {
        sizePx: recipe.style.size ?? recipe.size,
        fit: 'keep',
      }),
    ]);
    const initial = initialImage(
      recipe.init,
      content.tensor,
      startsFromStyle(recipe.init) ? await this.#styleInShape(item, content.tensor) : undefined,
      item.seed,
    );
    const result = await this.stylizer.stylize({ recipe, content, style, initial }, signal);
    const name = recipe.network as NetworkName;
    const { digest } = await this.weights.get(name);
    const image = await this.#publish(item, toPixels(result.image.data, result.image.shape));
    return completeRecord(item, image, { result, engine: this.engine, network: { name, weights: digest } });
  }

  async #publish(item: PlanItem, pixels: Pixels) {
    const { format, quality, outputRoot } = this.settings;
    const bytes = await encodeImage(pixels, { format, quality });
    const { temporaryFolder } = outputPaths(outputRoot);
    const { sha256 } = await publishFile(join(outputRoot, item.file), bytes, { temporaryFolder });
    return {
      sha256,
      widthPx: pixels.widthPx,
      heightPx: pixels.heightPx,
    };
  }

  #source(root: string, entry: ImageEntry, target: DecodeTarget): Promise<SourceImage> {
    const key = [entry.sha256, ...Object.values(target)].join(';');
    return this.#decoded.get(key, async () => ({
      key,
      tensor: toTensor(await this.#decode(root, entry, target)),
    }));
  }

  /** The style image cropped to the shape of the content, for recipes that start from it. */
  async #styleInShape(item: StylizedItem, content: HostTensor): Promise<HostTensor> {
    const [, heightPx, widthPx] = content.shape;
    return toTensor(await this.#decode(this.settings.styleRoot, item.style, { widthPx, heightPx }));
  }

  async #decode(root: string, entry: ImageEntry, target: DecodeTarget): Promise<Pixels> {
    // Messages become records, which are the same wherever the folders lie.
    const bytes = await readFile(join(root, entry.path)).catch((cause) => {
      throw new WildstyleError('image-missing', `${entry.path}: cannot be read (${cause.code})`, { cause });
    });
    // What is made must be what the record says it was made of.
    if (sha256(bytes) !== entry.sha256) {
      throw new WildstyleError('image-changed', `${entry.path}: no longer the file that was planned`, {
        cure: 'Run again with --extend: the new file is planned afresh.',
      });
    }
    return decodeImage(bytes, target, { maximumPixels: this.settings.maximumPixels, name: entry.path });
  }
}
