/** The formats that images are written in. @module */
import { extname } from 'node:path';

/** Formats an output may have; each gives the same bytes for the same pixels, whatever the thread count. */
export const imageFormats = ['jpeg', 'png', 'webp'] as const;

/** One of {@link imageFormats}. */
export type ImageFormat = (typeof imageFormats)[number];

/** The format that a file name's extension stands for, if any. */
export function formatOfFile(name: string): ImageFormat | undefined {
  const extension = extname(name).slice(1).toLowerCase();
  return imageFormats.find((format) => extension === format || extension === extensionOf(format));
}

/** The usual file name extension of a format, without the dot. */
export function extensionOf(format: ImageFormat): 'jpg' | 'png' | 'webp' {
  return format === 'jpeg' ? 'jpg' : format;
}
