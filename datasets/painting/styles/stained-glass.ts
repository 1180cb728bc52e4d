/** A rose window: warped rings of glass cells held by lead. @module */
import { type Canvas, shadeCanvas, shrinkCanvas } from '../painting/canvas.js';
import { type Color, color, gradientColor, mixColors, smoothstep, varyColor } from '../painting/color.js';
import { indexNeighbors, type NeighborFinder } from '../painting/neighbors.js';
import { fractalNoise, gradientNoise } from '../painting/noise.js';
import { createRandom, uniformAt } from '../painting/random.js';
import { lightRelief } from '../painting/relief.js';
import type { StylePainting } from './style.js';

const sizePx = 448;
const oversampling = 2;
const seed = 1220;

interface Pane {
  readonly x: number;
  readonly y: number;
  readonly glass: Color;
  readonly streakAngle: number;
  readonly veined: boolean;
}

const jewels = {
  ruby: color('#c4122f'),
  amber: color('#f2a01e'),
  gold: color('#ffdc5c'),
  cobalt: color('#1b3fb5'),
  sky: color('#4fa8e0'),
  emerald: color('#128a55'),
  azure: color('#2a62cc'),
  milk: color('#f6efd2'),
};

const rings: readonly { radius: number; count: number; turn: number; glass: readonly Color[] }[] = [
  { radius: 0, count: 1, turn: 0, glass: [jewels.gold] },
  { radius: 22, count: 8, turn: 0, glass: [jewels.ruby] },
  { radius: 58, count: 16, turn: 0, glass: [jewels.cobalt, jewels.sky] },
  { radius: 84, count: 48, turn: 0.5, glass: [jewels.amber, jewels.gold, jewels.milk] },
  { radius: 97, count: 48, turn: 0, glass: [jewels.ruby] },
  { radius: 136, count: 32, turn: 0, glass: [jewels.cobalt, jewels.azure, jewels.cobalt, jewels.milk] },
  { radius: 168, count: 72, turn: 0.5, glass: [jewels.ruby, jewels.ruby, jewels.amber] },
  { radius: 182, count: 72, turn: 0, glass: [jewels.emerald, jewels.sky] },
  { radius: 218, count: 36, turn: 0.5, glass: [jewels.cobalt, jewels.ruby, jewels.azure] },
];

function layPanes(): Pane[] {
  const random = createRandom(seed);
  const panes: Pane[] = [];
  const add = (x: number, y: number, glass: Color): void => {
    panes.push({
      x,
      y,
      glass: varyColor(glass, 0.05 * random.normal(), 1 + 0.1 * random.normal(), 0.09 * random.normal()),
      streakAngle: random.between(0, Math.PI),
      veined: random.next() < 0.45,
    });
  };
  const center = sizePx / 2;
  for (const ring of rings)
    for (let index = 0; index < ring.count; index++) {
      const angle = (2 * Math.PI * (index + ring.turn)) / ring.count;
      const radius = ring.radius + 1.5 * random.normal();
      add(
        center + radius * Math.cos(angle) + random.normal(),
        center + radius * Math.sin(angle) + random.normal(),
        ring.glass[index % ring.glass.length] as Color,
      );
    }
  const corner = [jewels.cobalt, jewels.cobalt, jewels.azure, jewels.sky, jewels.ruby, jewels.amber];
  for (let y = -20; y < sizePx + 20; y += 22)
    for (let x = -20; x < sizePx + 20; x += 22) {
      const placeX = x + random.between(1, 21);
      const placeY = y + random.between(1, 21);
      if (Math.hypot(placeX - center, placeY - center) > 252) add(placeX, placeY, random.pick(corner));
    }
  return panes;
}

/** The pane that contains a point, and the distance to the nearest border with another pane. */
function findPane(
  panes: readonly Pane[],
  near: NeighborFinder,
  x: number,
  y: number,
): { index: number; borderPx: number } {
  let index = 0;
  let nearest = Number.POSITIVE_INFINITY;
  const candidates = near(x, y);
  for (const candidate of candidates) {
    const pane = panes[candidate] as Pane;
    const squared = (x - pane.x) ** 2 + (y - pane.y) ** 2;
    if (squared < nearest) {
      nearest = squared;
      index = candidate;
    }
  }
  const own = panes[index] as Pane;
  let borderPx = Number.POSITIVE_INFINITY;
  for (const candidate of candidates) {
    const pane = panes[candidate] as Pane;
    const apart = Math.hypot(pane.x - own.x, pane.y - own.y);
    if (apart === 0) continue;
    const squared = (x - pane.x) ** 2 + (y - pane.y) ** 2;
    borderPx = Math.min(borderPx, (squared - nearest) / (2 * apart));
  }
  return { index, borderPx };
}

function glassColor(pane: Pane, index: number, x: number, y: number, borderPx: number): Color {
  const cosine = Math.cos(pane.streakAngle);
  const sine = Math.sin(pane.streakAngle);
  const along = x * cosine + y * sine;
  const across = y * cosine - x * sine;
  const streak = fractalNoise(along / 26, across / 5, 3, seed + index);
  const grain = fractalNoise(x / 2.6, y / 2.6, 2, seed + 7);
  const shine = smoothstep(1, 13, borderPx);
  const fromCenter = Math.hypot(x - sizePx / 2, y - sizePx / 2) / sizePx;
  let glass = varyColor(
    pane.glass,
    -0.17 + 0.31 * shine + 0.13 * streak + 0.035 * grain - 0.14 * fromCenter,
    1.05 + 0.2 * streak,
    0.12 * streak,
  );
  const cellX = Math.floor(x / 11);
  const cellY = Math.floor(y / 11);
  const bubbleX = 11 * (cellX + 0.2 + 0.6 * uniformAt(seed + 20, cellX, cellY));
  const bubbleY = 11 * (cellY + 0.2 + 0.6 * uniformAt(seed + 21, cellX, cellY));
  const bubble =
    Math.hypot(x - bubbleX, y - bubbleY) / Math.max(0.1, 2 * uniformAt(seed + 22, cellX, cellY) - 0.7);
  glass = mixColors(glass, [1, 1, 0.92], 0.5 * smoothstep(1, 0.6, bubble));
  if (pane.veined) {
    const vein = Math.abs(((across + 3 * Math.sin(along / 9) + 400) % 6.5) - 3.25);
    const fade = smoothstep(2.5, 6, borderPx) * (0.5 + 0.5 * uniformAt(seed, index));
    glass = mixColors(glass, color('#1a0f14'), 0.72 * fade * smoothstep(1.15, 0.55, vein));
  }
  return glass;
}

export const stainedGlass: StylePainting = {
  name: 'stained-glass',
  title: 'A rose window of jewel-colored glass in lead',
  paint(): Canvas {
    const panes = layPanes();
    const near = indexNeighbors(panes, 48);
    const size = sizePx * oversampling;
    const surface = new Float32Array(size * size);
    const lead = gradientColor([color('#0c0b0d'), color('#2a282b')], 0.5);
    const canvas = shadeCanvas(size, size, (column, row) => {
      const x = (column + 0.5) / oversampling;
      const y = (row + 0.5) / oversampling;
      const bentX =
        x + 3 * gradientNoise(x / 38, y / 38, seed + 1) + 1.2 * gradientNoise(x / 9, y / 9, seed + 2);
      const bentY =
        y + 3 * gradientNoise(x / 38, y / 38, seed + 3) + 1.2 * gradientNoise(x / 9, y / 9, seed + 4);
      const { index, borderPx } = findPane(panes, near, bentX, bentY);
      const halfLead = 1.35 + 0.4 * gradientNoise(x / 14, y / 14, seed + 5);
      const round = Math.max(0, 1 - (borderPx / (halfLead + 0.4)) ** 2);
      surface[row * size + column] =
        4.5 * Math.sqrt(round) +
        1.1 * fractalNoise(bentX / 7, bentY / 7, 2, seed + 6) +
        0.5 * gradientNoise(x, y, seed + 8);
      const glass = glassColor(panes[index] as Pane, index, bentX, bentY, borderPx);
      return mixColors(lead, glass, smoothstep(halfLead - 0.3, halfLead + 0.3, borderPx));
    });
    lightRelief(canvas, surface, { contrast: 0.3, gloss: 0.5 });
    return shrinkCanvas(canvas, oversampling);
  },
};
