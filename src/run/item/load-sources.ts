/** Loads the source images of items. @module */
import type { Named } from '../../engine/engine.js';
import { WildstyleError } from '../../errors.js';
import { AsyncCache } from '../../files/async-cache.js';
import { sha256 } from '../../files/digest.js';
import type { DecodeTarget } from '../../images/fit.js';
import type { Pixels } from '../../images/pixels.js';
import { toTensor } from '../../images/tensor.js';
import type { ImageEntry } from '../../inventory/entries.js';
import type { SourceRequest } from '../../methods/method.js';
import { type ByRole, type Role, type Side, sideOf } from '../../stylize/role.js';
import type { SourceImage } from '../../stylize/targets.js';
import { decodeSource, readSource } from './read-source.js';

const decodedCacheBytes = 128e6;

export interface SourceFolders {
  readonly roots: Readonly<Record<Side, string>>;
  /** Larger images are rejected. */
  readonly maximumPixels: number;
  /** Names of the categories of masks, by number. Default: none. */
  readonly categoryNames?: readonly string[];
}

export class SourceLoader {
  readonly #decoded = new AsyncCache<SourceImage>({
    maxSize: decodedCacheBytes,
    sizeOf: ({ tensor }) => tensor.data.byteLength,
  });

  constructor(private readonly folders: SourceFolders) {}

  /** Loads the images that a method requests, as {@link loadRequests} does, from the source folders. */
  async loadAll(
    entries: ByRole<ImageEntry>,
    requests: readonly SourceRequest[],
  ): Promise<Named<SourceImage>> {
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
    const bytes = await readSource(this.folders.roots[sideOf(role)], entry.path);
    // The record must describe the image that is actually used.
    if (sha256(bytes) !== entry.sha256) {
      throw new WildstyleError('image-changed', `${entry.path}: changed since it was planned`, {
        cure: 'Run again with --extend to plan the new file.',
      });
    }
    return decodeSource(bytes, target, { maximumPixels: this.folders.maximumPixels, name: entry.path });
  }

  #load(role: Role, entry: ImageEntry, target: DecodeTarget): Promise<SourceImage> {
    const key = [entry.sha256, ...Object.values(target)].join(';');
    return this.#decoded.get(key, async () => ({
      key,
      tensor: toTensor(await this.decode(role, entry, target)),
    }));
  }
}

/** Loads the images that a method requests, by name. Images that take their shape from another are loaded after it. */
export async function loadRequests(
  requests: readonly SourceRequest[],
  load: (role: Role, target: DecodeTarget) => Promise<SourceImage>,
): Promise<Named<SourceImage>> {
  const loaded: Record<string, SourceImage> = {};
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
