/** Loads the source images of items. @module */
import type { Named } from '../../engine/engine.js';
import { WildstyleError } from '../../errors.js';
import { AsyncCache } from '../../files/async-cache.js';
import { sha256 } from '../../files/digest.js';
import type { DecodeTarget, ImageShape } from '../../images/fit.js';
import { type InspectOptions, inspectImage } from '../../images/inspect.js';
import { decodeMask, type Mask } from '../../images/mask.js';
import type { Pixels } from '../../images/pixels.js';
import { toTensor } from '../../images/tensor.js';
import type { ImageEntry } from '../../inventory/entries.js';
import type { Source, SourceRequest } from '../../methods/method.js';
import { type ByRole, type Role, type Side, sideOf } from '../../stylize/role.js';
import { decodeSource, readSource } from './read-source.js';

const decodedCacheBytes = 128e6;

export interface SourceFolders {
  readonly roots: Readonly<Record<Side, string>>;
  /** The folders of masks. */
  readonly maskRoots?: Readonly<Partial<Record<Side, string>>>;
  /** Larger images are rejected. */
  readonly maximumPixels: number;
  /** Names of the categories of masks, by number. Default: none. */
  readonly categoryNames?: readonly string[];
}

export class SourceLoader {
  readonly #decoded = new AsyncCache<Source>({
    maxSize: decodedCacheBytes,
    sizeOf: ({ tensor }) => tensor.data.byteLength,
  });

  constructor(private readonly folders: SourceFolders) {}

  /** Loads the images that a method requests, as {@link loadRequests} does, from the source folders. */
  async loadAll(entries: ByRole<ImageEntry>, requests: readonly SourceRequest[]): Promise<Named<Source>> {
    return loadRequests(requests, (role, target) => {
      const entry = entries[role];
      if (!entry)
        throw new WildstyleError('internal', `The recipe needs a ${role} image, but there is none.`);
      return this.#load(role, entry, target);
    });
  }

  /**
   * Decodes an image to a shape.
   * @throws `image-changed` if the file has changed since it was planned; the errors of `readSource` and `decodeSource`
   */
  async decode(role: Role, entry: ImageEntry, target: DecodeTarget): Promise<Pixels> {
    const bytes = await readPlanned(this.folders.roots[sideOf(role)], entry);
    return decodeSource(bytes, target, this.#optionsFor(entry));
  }

  #optionsFor({ path }: Pick<ImageEntry, 'path'>): InspectOptions {
    return { maximumPixels: this.folders.maximumPixels, name: path };
  }

  #load(role: Role, entry: ImageEntry, target: DecodeTarget): Promise<Source> {
    const key = [entry.sha256, ...Object.values(target)].join(';');
    return this.#decoded.get(entry.mask ? `${key};mask ${entry.mask.sha256}` : key, async () => {
      const pixels = await this.decode(role, entry, target);
      const mask = await this.#mask(role, entry, target, pixels);
      return { key, tensor: toTensor(pixels), ...(mask && { mask }) };
    });
  }

  async #mask(
    role: Role,
    { path, mask }: ImageEntry,
    target: DecodeTarget,
    shape: ImageShape,
  ): Promise<Mask | undefined> {
    if (!mask) return undefined;
    const { roots, maskRoots } = this.folders;
    const side = sideOf(role);
    const bytes = await readPlanned(maskRoots?.[side] ?? roots[side], mask);
    const image = await inspectImage(await readSource(roots[side], path), this.#optionsFor({ path }));
    const fit = 'fit' in target ? target.fit : 'keep';
    const decoded = await decodeMask(bytes, image, shape, fit, this.#optionsFor(mask));
    return { key: `${mask.sha256};${fit};${shape.widthPx}x${shape.heightPx}`, ...decoded };
  }
}

/** Reads a file as it was planned: the record must describe what is actually used. @throws `image-changed` */
async function readPlanned(root: string, { path, sha256: planned }: Pick<ImageEntry, 'path' | 'sha256'>) {
  const bytes = await readSource(root, path);
  if (sha256(bytes) === planned) return bytes;
  throw new WildstyleError('image-changed', `${path}: changed since it was planned`, {
    cure: 'Run again with --extend to plan the new file.',
  });
}

/** Loads the images that a method requests, by name. Images that take their shape from another are loaded after it. */
export async function loadRequests(
  requests: readonly SourceRequest[],
  load: (role: Role, target: DecodeTarget) => Promise<Source>,
): Promise<Named<Source>> {
  const loaded: Record<string, Source> = {};
  await Promise.all(
    requests.map(async ({ name, role, target }) => {
      if (!('shapeOf' in target)) loaded[name] = await load(role, target);
    }),
  );
  for (const { name, role, target } of requests) {
    if (!('shapeOf' in target)) continue;
    const [, heightPx, widthPx] = loaded[target.shapeOf].tensor.shape;
    loaded[name] = await load(role, { widthPx, heightPx });
  }
  return loaded;
}
