/** Writes painted styles to files. @module */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { canvasBytes } from './painting/canvas.js';
import type { StylePainting } from './styles/style.js';

/** Paints a style and writes `<styleRoot>/<name>.jpg`. Returns the path. */
export async function writeStyle(painting: StylePainting, styleRoot: string): Promise<string> {
  const canvas = painting.paint();
  const target = path.join(styleRoot, `${painting.name}.jpg`);
  await mkdir(styleRoot, { recursive: true });
  await sharp(canvasBytes(canvas), { raw: { width: canvas.widthPx, height: canvas.heightPx, channels: 3 } })
    // Full-resolution chroma, which carries the finest texture of the paintings.
    .jpeg({ quality: 90, chromaSubsampling: '4:4:4' })
    .toFile(target);
  return target;
}
