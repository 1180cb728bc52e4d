/** A color woodcut: breaking waves filled with carved parallel lines, in three inks on paper. @module */
import { type Canvas, shadeCanvas, shrinkCanvas } from '../painting/canvas.js';
import { type Color, color, mixColors, smoothstep, varyColor } from '../painting/color.js';
import { fractalNoise, gradientNoise } from '../painting/noise.js';
import { createRandom } from '../painting/random.js';
import type { StylePainting } from './style.js';

const widthPx = 480;
const heightPx = 400;
const oversampling = 2;
const seed = 1831;

const paper = color('#efe2c4');
const indigo = color('#14264d');
const blue = color('#3f7aa6');
const pale = color('#a9c8c6');
const vermilion = color('#c9402b');

interface Crest {
  readonly x: number;
  readonly risePx: number;
  readonly curlPx: number;
}

interface WaveRow {
  readonly baseY: number;
  readonly crests: readonly Crest[];
  readonly linePx: number;
}

/** Points one pixel apart along a row's crest line, including its curls. */
interface CrestLine {
  readonly row: WaveRow;
  readonly x: Float64Array;
  readonly y: Float64Array;
  /** The index of the first point that belongs to a curl. */
  readonly curlStart: number;
}

/** From the nearest row to the farthest. */
const rows: readonly WaveRow[] = [
  {
    baseY: 392,
    linePx: 8,
    crests: [
      { x: 40, risePx: 62, curlPx: 26 },
      { x: 300, risePx: 74, curlPx: 30 },
    ],
  },
  {
    baseY: 362,
    linePx: 7.5,
    crests: [
      { x: 168, risePx: 214, curlPx: 58 },
      { x: 452, risePx: 120, curlPx: 38 },
    ],
  },
  {
    baseY: 300,
    linePx: 6,
    crests: [
      { x: 40, risePx: 96, curlPx: 31 },
      { x: 338, risePx: 104, curlPx: 34 },
    ],
  },
  {
    baseY: 238,
    linePx: 5,
    crests: [
      { x: 92, risePx: 44, curlPx: 17 },
      { x: 268, risePx: 38, curlPx: 15 },
      { x: 430, risePx: 46, curlPx: 17 },
    ],
  },
];

function profileY(row: WaveRow, x: number): number {
  let rise = 0;
  for (const crest of row.crests) {
    const from = (x - crest.x) / crest.risePx;
    // A long hollow back on the left, a steep hollow face on the right.
    const swell = from < 0 ? Math.exp(1.75 * from - 0.35 * from * from) : Math.exp(-5.5 * from);
    rise = Math.max(rise, crest.risePx * swell);
  }
  return row.baseY - rise + 3 * Math.sin(x / 19 + row.baseY);
}

/** The center of a curl, which overhangs in front of its crest. */
function curlX(crest: Crest): number {
  return crest.x + 0.55 * crest.curlPx;
}

function traceCrests(row: WaveRow): CrestLine {
  const x: number[] = [];
  const y: number[] = [];
  for (let column = -60; column < widthPx + 60; column++) {
    const here = profileY(row, column);
    const drop = profileY(row, column + 1) - here;
    const pieces = Math.max(1, Math.ceil(Math.abs(drop)));
    for (let piece = 0; piece < pieces; piece++) {
      x.push(column + piece / pieces);
      y.push(here + (drop * piece) / pieces);
    }
  }
  const curlStart = x.length;
  for (const crest of row.crests) {
    const top = profileY(row, crest.x);
    const turns = Math.max(1.1, crest.curlPx / (2.6 * row.linePx));
    for (let turn = 0; turn < turns; turn += 0.15 / crest.curlPx) {
      const radius = crest.curlPx * (1 - turn / (turns + 0.12));
      const angle = -Math.PI / 2 + 2 * Math.PI * turn;
      x.push(curlX(crest) + 1.15 * radius * Math.cos(angle));
      y.push(top + crest.curlPx + radius * Math.sin(angle));
    }
  }
  return { row, x: Float64Array.from(x), y: Float64Array.from(y), curlStart };
}

function isInCurl(row: WaveRow, x: number, y: number): boolean {
  return row.crests.some((crest) => {
    const centerY = profileY(row, crest.x) + crest.curlPx;
    return Math.hypot((x - curlX(crest)) / 1.15, y - centerY) < crest.curlPx;
  });
}

function isWater(row: WaveRow, x: number, y: number): boolean {
  return y > profileY(row, x) || isInCurl(row, x, y);
}

function nearestOnLine(line: CrestLine, x: number, y: number): { distancePx: number; index: number } {
  let nearest = Number.POSITIVE_INFINITY;
  let index = 0;
  // A curl covers the back of its own wave and hides the crest line there.
  const first = isInCurl(line.row, x, y) ? line.curlStart : 0;
  for (let candidate = first; candidate < line.x.length; candidate++) {
    const dx = (line.x[candidate] as number) - x;
    const dy = (line.y[candidate] as number) - y;
    const squared = dx * dx + dy * dy;
    if (squared < nearest) {
      nearest = squared;
      index = candidate;
    }
  }
  return { distancePx: Math.sqrt(nearest), index };
}

function waterColor(line: CrestLine, x: number, y: number): Color {
  const { linePx } = line.row;
  const { distancePx, index } = nearestOnLine(line, x, y);
  const scallop = Math.abs(Math.sin(index / (1.9 * linePx)));
  // Inside a curl, there is only room for a thin rim.
  const foam = linePx * (index < line.curlStart ? 0.35 + 0.6 * scallop : 0.34 + 0.1 * scallop);
  const wobble = 1.3 * gradientNoise(x / 22, y / 22, seed) + 0.5 * gradientNoise(x / 6, y / 6, seed + 1);
  const depth = distancePx - foam + wobble;
  if (depth < 0) return depth > -1.1 ? mixColors(paper, indigo, smoothstep(-1.1, -0.2, depth)) : paper;
  const band = depth / linePx;
  const within = band - Math.floor(band);
  const swelling = 0.36 + 0.05 * Math.min(band, 4) + 0.16 * gradientNoise(x / 26, y / 26, seed + 2);
  const cut = smoothstep(swelling - 0.06, swelling + 0.06, within) * smoothstep(1.02, 0.94, within);
  const ground = Math.floor(band) % 4 === 0 ? pale : Math.floor(band) % 4 === 2 ? paper : blue;
  return mixColors(indigo, ground, cut);
}

function skyColor(x: number, y: number): Color {
  const lineY =
    y + 3.5 * gradientNoise(x / 70, y / 26, seed + 3) + 0.8 * gradientNoise(x / 15, y / 5, seed + 4);
  const within = lineY / 5.4 - Math.floor(lineY / 5.4);
  const inSun = Math.hypot(x - 352, y - 92) < 50 + 0.7 * gradientNoise(x / 5, y / 5, seed + 5);
  if (inSun) return within < 0.1 + 0.0042 * (y - 40) ? paper : vermilion;
  const cloud = fractalNoise(x / 80, y / 15, 2, seed + 6) - 0.0005 * y;
  if (cloud > 0.17) {
    const ring = (cloud - 0.17) / 0.085;
    return ring - Math.floor(ring) < 0.36 - 0.1 * Math.floor(ring) ? indigo : paper;
  }
  const width = 0.62 - 0.0026 * y + 0.2 * gradientNoise(x / 34, lineY / 6, seed + 7);
  return within < width ? mixColors(blue, indigo, smoothstep(70, 0, y)) : mixColors(paper, pale, 0.35);
}

interface Drop {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
}

function throwSpray(): Drop[] {
  const random = createRandom(seed);
  const drops: Drop[] = [];
  for (const row of rows)
    for (const crest of row.crests)
      for (let count = 0; count < crest.curlPx * 0.9; count++) {
        const angle = random.between(-Math.PI * 0.85, 0.5);
        const away = crest.curlPx * (1.12 + 0.9 * random.next() ** 1.6);
        const centerY = profileY(row, crest.x) + crest.curlPx;
        drops.push({
          x: curlX(crest) + 1.2 * away * Math.cos(angle),
          y: centerY + away * Math.sin(angle),
          radius: random.between(1, 3.1),
        });
      }
  return drops;
}

/** The ink with the texture of wood and paper: grain, mottling, fibers. */
function printInk(ink: Color, x: number, y: number): Color {
  const grain = gradientNoise(x / 46 + 2 * gradientNoise(x / 90, y / 40, seed + 8), y / 1.7, seed + 9);
  const mottle = fractalNoise(x / 5, y / 5, 2, seed + 10);
  const coverage = 0.9 + 0.1 * smoothstep(-0.6, 0.1, grain + 0.7 * mottle);
  const fiber = 0.02 * gradientNoise(x / 1.6, y / 1.6, seed + 11) + 0.02 * mottle;
  return varyColor(mixColors(paper, ink, coverage), fiber + 0.02 * grain);
}

export const woodcutWaves: StylePainting = {
  name: 'woodcut-waves',
  title: 'A color woodcut: breaking waves of carved lines under a red sun',
  paint(): Canvas {
    const lines = rows.map(traceCrests);
    const drops = throwSpray();
    const canvas = shadeCanvas(widthPx * oversampling, heightPx * oversampling, (column, row) => {
      const x = (column + 0.5) / oversampling;
      const y = (row + 0.5) / oversampling;
      const line = lines.find((candidate) => isWater(candidate.row, x, y));
      if (drops.some((drop) => Math.hypot(x - drop.x, y - drop.y) < drop.radius))
        return printInk(paper, x, y);
      return printInk(line === undefined ? skyColor(x, y) : waterColor(line, x, y), x, y);
    });
    return shrinkCanvas(canvas, oversampling);
  },
};
