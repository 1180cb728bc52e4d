/** Checks image files by their header, so that bad files are rejected before any pixel is decoded. @module */
import sharp from 'sharp';
import { WildstyleError } from '../errors.js';
import { NotAFile, openRegularFile } from '../files/regular-file.js';
import { type InputFormat, inputFormatList, isHiddenAnimation, sniffFormat } from './signature.js';

/** Limits on an image, and its name in messages. */
export interface InspectOptions {
  /** Maximum width times height; default 64 million. */
  readonly maximumPixels?: number;
  /** Maximum file size; default 1 GiB. */
  readonly maximumBytes?: number;
  /** The name of the image in messages; its path by default. */
  readonly name?: string;
}

/** An image file that passed all checks and can be decoded. */
export interface InspectedImage {
  readonly bytes: Uint8Array;
  readonly format: InputFormat;
  /** Width after applying the EXIF orientation. */
  readonly widthPx: number;
  /** Height after applying the EXIF orientation. */
  readonly heightPx: number;
  readonly hasAlpha: boolean;
  /** EXIF orientation, from 1 to 8. */
  readonly orientation: number;
}

/** Samples of 8 and 16 bits. Floating-point and 32-bit samples have no known range: they would come out black or white. */
const decodedDepths: ReadonlySet<string | undefined> = new Set(['uchar', 'ushort']);

/** The default maximum of width times height. */
export const defaultMaximumPixels = 64e6;
const defaultMaximumBytes = 2 ** 30;
/** The decoders refuse longer edges, and call the image damaged. */
const maximumEdgePx = 1_000_000;

/** Returns the name of a source for messages. */
export function nameOfSource(source: string | Uint8Array, options: InspectOptions): string {
  if (options.name !== undefined) return options.name;
  return typeof source === 'string' ? source : `image of ${source.byteLength} bytes`;
}

/**
 * Reads an image file and checks its header. Decodes no pixels.
 * @param source path or bytes of the file
 * @throws `image-missing`, `image-empty`, `image-unsupported` (unsupported format or type of samples), `image-multi-page` (animations,
 * multi-page TIFF), `image-too-large` (too many pixels or bytes), `image-corrupt` (invalid header)
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
      // What libvips says of samples with more than 32 bits.
      if (String(cause).includes('samples out of range')) throw unknownRange(name, format);
      throw corruptImage(name, format, cause);
    });
  if ((header.pages ?? 1) > 1 || isHiddenAnimation(format, bytes)) {
    const pages = (header.pages ?? 1) > 1 ? `${header.pages} pages or frames` : 'several frames';
    throw new WildstyleError(
      'image-multi-page',
      `${name}: the ${format} has ${pages} instead of a single image`,
      {
        cure: 'Split it into single images, or remove it',
      },
    );
  }
  if (!decodedDepths.has(header.depth)) {
    throw unknownRange(name, format, header.depth);
  }
  const pixelCount = header.width * header.height;
  if (pixelCount > maximumPixels) {
    const size = `${header.width} x ${header.height} = ${megapixels(pixelCount)}`;
    throw new WildstyleError(
      'image-too-large',
      `${name}: ${size}, more than the maximum of ${megapixels(maximumPixels)}`,
      {
        cure: 'Scale it down, or remove it',
      },
    );
  }
  if (Math.max(header.width, header.height) > maximumEdgePx) {
    const size = `${header.width} x ${header.height} pixels`;
    throw new WildstyleError('image-too-large', `${name}: ${size}, but no edge may exceed ${maximumEdgePx}`, {
      cure: 'Cut it into pieces, or remove it',
    });
  }
  const { width: widthPx, height: heightPx } = header.autoOrient;
  return {
    bytes,
    format,
    widthPx,
    heightPx,
    hasAlpha: header.hasAlpha,
    orientation: header.orientation ?? 1,
  };
}

/**
 * Returns the error for an image that fails to decode. The message omits the decoder's own message, which varies
 * between runs: the records of a job must be the same in every run.
 */
export function corruptImage(name: string, format: InputFormat, cause: unknown): WildstyleError {
  return new WildstyleError('image-corrupt', `${name}: the ${format} is damaged and cannot be decoded`, {
    cure: 'Replace the file, or remove it',
    cause,
  });
}

async function readImageFile(path: string, maximumBytes: number): Promise<Uint8Array> {
  try {
    const { file, stats } = await openRegularFile(path);
    try {
      if (stats.size > maximumBytes) {
        throw new WildstyleError(
          'image-too-large',
          `${path}: ${stats.size} bytes, more than the maximum of ${maximumBytes}`,
          { cure: 'Shrink the file, or remove it' },
        );
      }
      return await file.readFile();
    } finally {
      await file.close();
    }
  } catch (cause) {
    if (cause instanceof WildstyleError) throw cause;
    if (cause instanceof NotAFile)
      throw new WildstyleError('image-unsupported', `${path}: not a file`, { cause });
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new WildstyleError('image-missing', `${path}: cannot be read: ${reason}`, { cause });
  }
}

function unknownRange(name: string, format: InputFormat, type = 'unknown'): WildstyleError {
  const message = `${name}: the ${format} has samples of type ${type}, whose range is not known`;
  return new WildstyleError('image-unsupported', message, { cure: 'Convert it to 8 or 16 bits per sample' });
}

function unsupported(name: string, bytes: Uint8Array): WildstyleError {
  const head = JSON.stringify(Buffer.from(bytes.subarray(0, 12)).toString('latin1'));
  return new WildstyleError(
    'image-unsupported',
    `${name}: not a supported image format (${inputFormatList}); the file begins with ${head}`,
    { cure: 'Convert it to JPEG or PNG, or remove it' },
  );
}

function megapixels(pixels: number): string {
  return `${Number((pixels / 1e6).toPrecision(3))} megapixels`;
}
