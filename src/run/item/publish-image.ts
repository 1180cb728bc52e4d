/** Encodes and publishes the image of an item. @module */
import { join } from 'node:path';
import type { FileSystem } from '../../files/file-system.js';
import { publishFile } from '../../files/publish.js';
import { encodeImage } from '../../images/encode.js';
import type { ImageFormat } from '../../images/format.js';
import type { Pixels } from '../../images/pixels.js';
import type { PublishedImage } from './item-record.js';

export interface OutputImages {
  readonly outputRoot: string;
  /** On the same file system. */
  readonly temporaryFolder: string;
  readonly format: ImageFormat;
  readonly quality: number;
  readonly fileSystem: FileSystem;
}

/**
 * Encodes an image and writes it atomically.
 * @param file path relative to the output root
 * @throws `disk-full`, `output-unwritable`
 */
export async function publishImage(
  { outputRoot, temporaryFolder, format, quality, fileSystem }: OutputImages,
  file: string,
  pixels: Pixels,
): Promise<PublishedImage> {
  const bytes = await encodeImage(pixels, { format, quality });
  const { sha256 } = await publishFile(join(outputRoot, file), bytes, { temporaryFolder, fileSystem });
  return { sha256, widthPx: pixels.widthPx, heightPx: pixels.heightPx };
}
