/** Draws the pictures of a benchmark: a grid of images, and curves. @module */
import sharp from 'sharp';
import type { HostTensor } from '../../../src/engine/index.js';
import { toPixels } from '../../../src/images/tensor.js';

const gapPx = 4;

/** Writes a grid of images as JPEG. Rows may differ in length. @param cellPx edge of the square that an image is fitted to */
export async function writeGrid(
  file: string,
  rows: readonly (readonly HostTensor[])[],
  cellPx: number,
): Promise<void> {
  const cells = rows.flatMap((row, y) =>
    row.map(async ({ data, shape }, x) => {
      const pixels = toPixels(data, shape);
      const raw = { width: pixels.widthPx, height: pixels.heightPx, channels: 3 as const };
      const input = await sharp(pixels.data, { raw })
        .resize(cellPx, cellPx, { fit: 'inside' })
        .png()
        .toBuffer();
      return { input, left: x * (cellPx + gapPx), top: y * (cellPx + gapPx) };
    }),
  );
  const columns = Math.max(...rows.map((row) => row.length));
  const [width, height] = [columns, rows.length].map((count) => count * (cellPx + gapPx) - gapPx);
  await sharp({ create: { width, height, channels: 3, background: 'white' } })
    .composite(await Promise.all(cells))
    .jpeg({ quality: 88 })
    .toFile(file);
}

/** Curves over a common, logarithmic axis. */
export interface Panel {
  readonly title: string;
  /** One curve per pair. */
  readonly curves: readonly (readonly number[])[];
  readonly median: readonly number[];
}

const size = { width: 420, height: 320, left: 52, top: 34, bottom: 44, right: 16 };

/** Writes panels of curves beside each other as PNG. @param positions common to all curves; on a logarithmic axis */
export async function writePlot(
  file: string,
  label: string,
  positions: readonly number[],
  panels: readonly Panel[],
): Promise<void> {
  const drawn = panels.map((panel, i) => {
    const inner = panelSvg(label, positions, panel);
    return `<g transform="translate(${i * size.width} 0)">${inner}</g>`;
  });
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${size.width * panels.length}" height="${size.height}" font-family="sans-serif" font-size="12"><rect width="100%" height="100%" fill="white"/>${drawn.join('')}</svg>`;
  await sharp(Buffer.from(svg), { density: 144 }).png().toFile(file);
}

function panelSvg(label: string, positions: readonly number[], { title, curves, median }: Panel): string {
  const highest = Math.max(...curves.flat());
  const [first, last] = [positions[0], positions[positions.length - 1]].map(Math.log);
  const [innerWidth, innerHeight] = [
    size.width - size.left - size.right,
    size.height - size.top - size.bottom,
  ];
  const xOf = (position: number) => size.left + ((Math.log(position) - first) / (last - first)) * innerWidth;
  const yOf = (value: number) => size.top + (1 - value / highest) * innerHeight;
  const line = (values: readonly number[], style: string) =>
    `<polyline fill="none" ${style} points="${values.map((value, i) => `${xOf(positions[i]).toFixed(1)},${yOf(value).toFixed(1)}`).join(' ')}"/>`;
  const bottom = size.height - size.bottom;
  const text = (x: number, y: number, anchor: string, words: string) =>
    `<text x="${x}" y="${y}" text-anchor="${anchor}">${words}</text>`;
  return [
    text(size.left, 20, 'start', title),
    `<path d="M${size.left} ${size.top}V${bottom}H${size.width - size.right}" fill="none" stroke="black"/>`,
    ...positions.map((position) => text(xOf(position), bottom + 16, 'middle', `${position}`)),
    ...[0, 0.5, 1].map((share) =>
      text(size.left - 6, yOf(share * highest) + 4, 'end', (share * highest).toPrecision(2)),
    ),
    text(size.left + innerWidth / 2, size.height - 8, 'middle', label),
    ...curves.map((values) => line(values, 'stroke="#9ab" stroke-width="1"')),
    line(median, 'stroke="#c30" stroke-width="2.5"'),
  ].join('');
}
