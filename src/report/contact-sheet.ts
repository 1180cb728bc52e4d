/** Contact sheets: the content, style and result of several items side by side in one PNG. @module */
import { dirname } from 'node:path';
import sharp, { type OverlayOptions } from 'sharp';
import { WildstyleError } from '../errors.js';
import { type FileSystem, nodeFileSystem } from '../files/file-system.js';
import { type PublishedFile, publishFile } from '../files/publish.js';
import { decodeImage } from '../images/decode.js';
import { type Box, captionLinePx, rowWidthPx, type SheetLayout, sheetLayout } from './sheet-layout.js';
import { canDrawText, escapeXml } from './text.js';

/** One row: three images, each a path or the bytes of an image file, and a caption. */
export interface SheetRow {
  readonly content: string | Uint8Array;
  readonly style: string | Uint8Array;
  readonly result: string | Uint8Array;
  readonly caption: string;
}

export interface SheetOptions {
  /** Edge length of a cell in pixels; default: {@link defaultCellPx}. */
  readonly cellPx?: number;
  /** Whether to draw captions. Default: only if the machine has fonts. */
  readonly text?: boolean;
  /** Folder for the temporary file before it is renamed. Default: the folder of the sheet. */
  readonly temporaryFolder?: string;
  readonly fileSystem?: FileSystem;
}

/** Edge length of a cell in pixels, unless another is asked for. */
export const defaultCellPx = 192;

const paper = '#fbfaf7';
const mat = '#f1efe9';
const ink = '#5b574e';
const fontPx = 12;
/** Width of a character in a common sans-serif font, with some margin because fonts differ. */
const characterPx = 6.1;
const imagesAtOnce = 4;

/**
 * Renders a contact sheet as a PNG. Scales each image to fit its cell and centers it; leaves the cell empty if the
 * image cannot be read.
 * @throws `option-invalid` if there are no rows
 */
export async function renderContactSheet(
  rows: readonly SheetRow[],
  options: SheetOptions = {},
): Promise<Buffer> {
  const { cellPx = defaultCellPx, text = await canDrawText() } = options;
  if (rows.length === 0)
    throw new WildstyleError('option-invalid', 'A contact sheet needs at least one row.');
  const captions = rows.map(({ caption }) => wrapped(caption, Math.floor(rowWidthPx(cellPx) / characterPx)));
  const layout = sheetLayout(rows.length, cellPx, Math.max(...captions.map(({ length }) => length)));
  const cells = rows.flatMap((row, index) => {
    const places = layout.rows[index]?.cells ?? [];
    return [row.content, row.style, row.result].map((source, cell) => ({ source, box: places[cell] as Box }));
  });
  const overlays: OverlayOptions[] = [{ input: Buffer.from(matSvg(layout)), left: 0, top: 0 }];
  for (let start = 0; start < cells.length; start += imagesAtOnce) {
    const group = cells.slice(start, start + imagesAtOnce);
    const drawn = await Promise.all(group.map(({ source, box }) => cellOverlay(source, box)));
    overlays.push(...drawn.flat());
  }
  if (text) overlays.push({ input: Buffer.from(textSvg(layout, captions)), left: 0, top: 0 });
  const { widthPx: width, heightPx: height } = layout;
  return sharp({ create: { width, height, channels: 3, background: paper }, limitInputPixels: false })
    .composite(overlays)
    .removeAlpha()
    .png()
    .toBuffer();
}

/**
 * Renders a contact sheet and writes it atomically.
 * @throws `option-invalid`, `disk-full`, `output-unwritable`
 */
export async function writeContactSheet(
  path: string,
  rows: readonly SheetRow[],
  options: SheetOptions = {},
): Promise<PublishedFile> {
  const { temporaryFolder = dirname(path), fileSystem = nodeFileSystem } = options;
  return publishFile(path, await renderContactSheet(rows, options), { temporaryFolder, fileSystem });
}

async function cellOverlay(source: string | Uint8Array, box: Box): Promise<OverlayOptions[]> {
  const target = { sizePx: box.widthPx, fit: 'keep' } as const;
  const image = await decodeImage(source, target).catch(() => undefined);
  if (image === undefined) return [];
  const { data, widthPx: width, heightPx: height } = image;
  return [
    {
      input: Buffer.from(data.buffer, data.byteOffset, data.byteLength),
      raw: { width, height, channels: 3 },
      left: box.leftPx + Math.floor((box.widthPx - width) / 2),
      top: box.topPx + Math.floor((box.heightPx - height) / 2),
    },
  ];
}

function matSvg({ widthPx, heightPx, rows }: SheetLayout): string {
  const cells = rows.flatMap(({ cells }) => cells);
  const squares = cells.map(
    ({ leftPx, topPx, widthPx, heightPx }) =>
      `<rect x="${leftPx}" y="${topPx}" width="${widthPx}" height="${heightPx}"/>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${widthPx}" height="${heightPx}" fill="${mat}">${squares.join('')}</svg>`;
}

const mostCaptionLines = 6;

/** Breaks a caption between its parts, and cuts a part that is longer than a line. */
export function wrapped(caption: string, longest: number): string[] {
  const lines: string[] = [''];
  for (const part of caption.split(' · ')) {
    const shown = part.length > longest ? `${part.slice(0, longest - 1)}…` : part;
    const line = lines.at(-1) ?? '';
    if (line === '') lines[lines.length - 1] = shown;
    else if (line.length + 3 + shown.length <= longest) lines[lines.length - 1] = `${line} · ${shown}`;
    else lines.push(shown);
  }
  return lines.slice(0, mostCaptionLines);
}

function textSvg(layout: SheetLayout, captions: readonly (readonly string[])[]): string {
  const headings = layout.headings.map(({ text, box }) =>
    textLine(text, box, box.heightPx - 9, 'font-weight="bold"'),
  );
  const lines = layout.rows.flatMap(({ caption }, row) =>
    (captions[row] ?? []).map((text, line) => textLine(text, caption, fontPx + 4 + line * captionLinePx, '')),
  );
  const { widthPx, heightPx } = layout;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${widthPx}" height="${heightPx}" font-family="sans-serif" font-size="${fontPx}" fill="${ink}">${[...headings, ...lines].join('')}</svg>`;
}

function textLine(text: string, box: Box, baselinePx: number, attributes: string): string {
  return `<text x="${box.leftPx}" y="${box.topPx + baselinePx}" ${attributes}>${escapeXml(text)}</text>`;
}
