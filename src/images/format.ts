/** Output image formats. @module */
import { extname } from 'node:path';

/**
 * The supported output formats. Each encodes the same pixels to the same bytes, regardless of the number of threads.
 */
export const imageFormats = ['jpeg', 'png', 'webp'] as const;

/** One of {@link imageFormats}. */
export type ImageFormat = (typeof imageFormats)[number];

/** Returns the output format for a file name, by its extension; undefined if there is none. */
export function formatOfFile(name: string): ImageFormat | undefined {
  const extension = extname(name).slice(1).toLowerCase();
  return imageFormats.find((format) => extension === format || extension === extensionOf(format));
}

/** Returns the usual file name extension of a format, without the dot. */
export function extensionOf(format: ImageFormat): 'jpg' | 'png' | 'webp' {
  return format === 'jpeg' ? 'jpg' : format;
}

/** Quality of JPEG and WebP where none is given, from 1 to 100. */
export const defaultQuality = 92;
