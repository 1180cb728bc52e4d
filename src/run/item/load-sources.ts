/** Loads the images that items are made from. @module */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Named } from '../../engine/engine.js';
import { WildstyleError } from '../../errors.js';
import { AsyncCache } from '../../files/async-cache.js';
import { sha256 } from '../../files/digest.js';
import { decodeImage } from '../../images/decode.js';
import type { DecodeTarget } from '../../images/fit.js';
import type { Pixels } from '../../images/pixels.js';
import { toTensor } from '../../images/tensor.js';
import type { ImageEntry } from '../../inventory/entries.js';
import type { SourceRequest } from '../../methods/method.js';
import type { Role } from '../../stylize/role.js';
import type { SourceImage } from '../../stylize/targets.js';

const decodedCacheBytes = 128e6;

export interface SourceFolders {
  readonly roots: Readonly<Record<Role, string>>;
  /** Larger images are refused. */
  readonly maximumPixels: number;
}

export class SourceLoader {
  readonly #decoded = new AsyncCache<SourceImage>({
    maxSize: decodedCacheBytes,
    sizeOf: ({ tensor }) => tensor.data.byteLength,
  });

  constructor(private readonly folders: SourceFolders) {}

  /** The images that a method asks for, by its names; those in the shape of another come after it. */
  async loadAll(
    entries: Readonly<Record<Role, ImageEntry>>,
    requests: readonly SourceRequest[],
  ): Promise<Named<SourceImage>> {
    return loadRequests(requests, (role, target) => this.#load(role, entries[role], target));
  }

  /**
   * The pixels of an image, decoded to a shape.
   * @throws `image-missing`; `image-changed` when the file is no longer the one that was planned; what `decodeImage` throws
   */
  async decode(role: Role, entry: ImageEntry, target: DecodeTarget): Promise<Pixels> {
    // Messages become records, which are the same wherever the folders lie.
    const bytes = await readFile(join(this.folders.roots[role], entry.path)).catch((cause) => {
      throw new WildstyleError('image-missing', `${entry.path}: cannot be read (${cause.code})`, { cause });
    });
    // What is made must be what the record says it was made of.
    if (sha256(bytes) !== entry.sha256) {
      throw new WildstyleError('image-changed', `${entry.path}: no longer the file that was planned`, {
        cure: 'Run again with --extend: the new file is planned afresh.',
      });
    }
    return decodeImage(bytes, target, { maximumPixels: this.folders.maximumPixels, name: entry.path });
  }

  #load(role: Role, entry: ImageEntry, target: DecodeTarget): Promise<SourceImage> {
    const key = [entry.sha256, ...Object.values(target)].join(';');
    return this.#decoded.get(key, async () => ({
      key,
      tensor: toTensor(await this.decode(role, entry, target)),
    }));
  }
}

/** The images that a method asks for, by its names. Those in the shape of another come after it. */
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
