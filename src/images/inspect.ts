/** What an image file is, told from its header: everything that can be refused is refused before a pixel is decoded. @module */
import { open } from 'node:fs/promises';
import sharp from 'sharp';
import { WildstyleError } from '../errors.js';
import { type InputFormat, inputFormatList, isHiddenAnimation, sniffFormat } from './signature.js';

/** What an image may cost, and how it is called. */
export interface InspectOptions {
  /** Width times height; default 64 million. */
  readonly maximumPixels?: number;
  /** Size of the file; default 1 GiB. */
  readonly maximumBytes?: number;
  /** How messages call it; default: its path. */
  readonly name?: string;
}

/** A file that may be decoded. */
export interface InspectedImage {
  readonly bytes: Uint8Array;
  readonly format: InputFormat;
  /** Size as seen, EXIF orientation applied. */
  readonly widthPx: number;
  readonly heightPx: number;
  readonly hasAlpha: boolean;
}

/** The bound on width times height where the caller gives none. */
export const defaultMaximumPixels = 64e6;
const defaultMaximumBytes = 2 ** 30;

/** How a source is called in messages. */
export function nameOfSource(source: string | Uint8Array, options: InspectOptions): string {
  if (options.name !== undefined) return options.name;
  return typeof source === 'string' ? source : `image of ${source.byteLength} bytes`;
}

/**
 * Reads an image and its header.
 * @param source path of a file, or its bytes
 * @throws `image-missing`, `image-empty`, `image-unsupported` (not one of the formats that are read), `image-multi-page`
 * (animations, multi-page TIFF), `image-too-large` (from the header, nothing decoded), `image-corrupt`
 */
export async function inspectImage(
  source: string | Uint8Array,
  options: InspectOptions = {},
): Promise<InspectedImage> {
  const { maximumPixels = defaultMaximumPixels, maximumBytes = defaultMaximumBytes } = options;
  const name = nameOfSource(source, options);
  const bytes = typeof source === 'string' ? await readImageFile(source, maximumBytes) : source;
  if (bytes.byteLength === 0) throw new WildstyleError('image-empty', `${name}: the file is empty`);
  const format = sniffFormat(bytes);
  if (format === undefined) throw unsupported(name, bytes);
  const header = await sharp(bytes, { limitInputPixels: false })
    .metadata()
    .catch((cause: unknown) => {
      throw corruptImage(name, format, cause);
    });
  if ((header.pages ?? 1) > 1 || isHiddenAnimation(format, bytes)) {
    const pages = (header.pages ?? 1) > 1 ? `${header.pages} pages or frames` : 'several frames';
    throw new WildstyleError(
      'image-multi-page',
      `${name}: the ${format} has ${pages}, and an item needs one image`,
      {
        cure: 'Split it into single images, or leave it out',
      },
    );
  }
  const pixelCount = header.width * header.height;
  if (pixelCount > maximumPixels) {
    const size = `${header.width} x ${header.height} = ${megapixels(pixelCount)}`;
    throw new WildstyleError(
      'image-too-large',
      `${name}: ${size}, more than the ${megapixels(maximumPixels)} allowed`,
      {
        cure: 'Scale it down, or leave it out',
      },
    );
  }
  const { width: widthPx, height: heightPx } = header.autoOrient;
  return { bytes, format, widthPx, heightPx, hasAlpha: header.hasAlpha };
}

/**
 * The error of an image whose decoder gave up. The decoder's own words are not the message, for they are not the same
 * every time, and a record of one job is to be the same in every run.
 */
export function corruptImage(name: string, format: InputFormat, cause: unknown): WildstyleError {
  return new WildstyleError('image-corrupt', `${name}: the ${format} is damaged and cannot be decoded`, {
    cure: 'Replace the file, or leave it out',
    cause,
  });
}

async function readImageFile(path: string, maximumBytes: number): Promise<Uint8Array> {
  try {
    const file = await open(path, 'r');
    try {
      const stat = await file.stat();
      if (!stat.isFile()) throw new WildstyleError('image-unsupported', `${path}: not a file`);
      if (stat.size > maximumBytes) {
        throw new WildstyleError(
          'image-too-large',
          `${path}: ${stat.size} bytes, more than the ${maximumBytes} allowed`,
        );
      }
      return await file.readFile();
    } finally {
      await file.close();
    }
  } catch (cause) {
    if (cause instanceof WildstyleError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new WildstyleError('image-missing', `${path}: cannot be read: ${reason}`, { cause });
  }
}

function unsupported(name: string, bytes: Uint8Array): WildstyleError {
  const head = JSON.stringify(Buffer.from(bytes.subarray(0, 12)).toString('latin1'));
  return new WildstyleError(
    'image-unsupported',
    `${name}: not an image that is read (${inputFormatList}): it begins with ${head}`,
    { cure: 'Convert it to JPEG or PNG, or leave it out' },
  );
}

function megapixels(pixels: number): string {
  return `${Number((pixels / 1e6).toPrecision(3))} megapixels`;
}
