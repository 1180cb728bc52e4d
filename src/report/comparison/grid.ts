/** A labeled grid of images in one PNG: a row for each pair below its caption, a column for each variation. @module */
import sharp, { type OverlayOptions } from 'sharp';
import type { Pixels } from '../../images/pixels.js';
import { canDrawText, escapeXml } from '../text.js';

/** A row of images. */
export interface GridRow {
  readonly caption: string;
  /** From left to right; undefined leaves a cell empty. */
  readonly images: readonly (Pixels | undefined)[];
}

export interface Grid {
  /** The lines above each column. */
  readonly headings: readonly (readonly string[])[];
  readonly rows: readonly GridRow[];
  /** Edge of the square that an image is fitted to. */
  readonly cellPx: number;
}

/** The gap above a caption is larger than that below it, so that it belongs to the row below. */
const [marginPx, gapPx, linePx, captionPx, rowGapPx, fontPx] = [16, 6, 15, 20, 14, 12];
/** Width of a character in a common sans-serif font. */
const characterPx = 6.1;
const [paper, ink] = ['#fbfaf7', '#3d3a33'];

/**
 * Renders a grid. Images keep their aspect ratio and are never enlarged.
 * @param text whether to draw headings and captions. Default: only if the machine has fonts
 */
export async function renderGrid({ headings: given, rows, cellPx }: Grid, text?: boolean): Promise<Buffer> {
  const longest = Math.floor(cellPx / characterPx);
  const headings = given.map((lines) => lines.flatMap((line) => wrapped(line, longest)));
  const headingPx = linePx * Math.max(1, ...headings.map((lines) => lines.length)) + 4;
  const left = (column: number) => marginPx + column * (cellPx + gapPx);
  const cells = await Promise.all(
    rows.map(({ images }) => Promise.all(images.map((pixels) => pixels && fitted(pixels, cellPx)))),
  );
  const heights = cells.map((row) => Math.max(0, ...row.map((image) => image?.info.height ?? 0)));
  const top = (row: number) =>
    heights
      .slice(0, row)
      .reduce((above, px) => above + px + rowGapPx + captionPx, marginPx + headingPx + captionPx);
  const width = left(headings.length) - gapPx + marginPx;
  const height = top(rows.length) - captionPx - rowGapPx + marginPx;
  const overlays = cells.flatMap((row, index) =>
    row.flatMap((image, column): OverlayOptions[] => {
      if (!image) return [];
      const { data: input, info } = image;
      const raw = { width: info.width, height: info.height, channels: 3 as const };
      const inset = Math.floor((cellPx - info.width) / 2);
      // At the top, beside the others and close to the caption.
      return [{ input, raw, left: left(column) + inset, top: top(index) }];
    }),
  );
  if (text ?? (await canDrawText())) {
    const words = [
      ...headings.flatMap((lines, column) =>
        lines.map((line, i) =>
          svgText(shortened(line, longest), left(column), marginPx + linePx * (i + 1) - 4),
        ),
      ),
      ...rows.map(({ caption }, row) =>
        svgText(shortened(caption, Math.floor(width / characterPx)), marginPx, top(row) - 6),
      ),
    ];
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="sans-serif" font-size="${fontPx}" fill="${ink}">${words.join('')}</svg>`;
    overlays.push({ input: Buffer.from(svg), left: 0, top: 0 });
  }
  return sharp({ create: { width, height, channels: 3, background: paper }, limitInputPixels: false })
    .composite(overlays)
    .removeAlpha()
    .png()
    .toBuffer();
}

/** An image in the square of a cell, never enlarged. */
function fitted({ data, widthPx, heightPx }: Pixels, cellPx: number) {
  const raw = { width: widthPx, height: heightPx, channels: 3 as const };
  const resized = sharp(data, { raw }).resize(cellPx, cellPx, { fit: 'inside', withoutEnlargement: true });
  return resized.raw().toBuffer({ resolveWithObject: true });
}

/** A line `key: value` in two lines where it is too long for one. */
function wrapped(line: string, longest: number): string[] {
  const after = line.indexOf(': ') + 1;
  return line.length > longest && after > 0 ? [line.slice(0, after), line.slice(after + 1)] : [line];
}

const shortened = (text: string, longest: number): string =>
  text.length > longest ? `${text.slice(0, longest - 1)}…` : text;

const svgText = (text: string, x: number, y: number): string =>
  `<text x="${x}" y="${y}">${escapeXml(text)}</text>`;
