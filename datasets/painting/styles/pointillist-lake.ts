/** Dots of complementary colors: an evening at a lake. @module */
import { blendPixel, type Canvas, createCanvas, shrinkCanvas } from '../painting/canvas.js';
import { type Color, color, gradientColor, mixColors, smoothstep, varyColor } from '../painting/color.js';
import { fractalNoise, gradientNoise } from '../painting/noise.js';
import { createRandom, shuffledIndices } from '../painting/random.js';
import { lightRelief } from '../painting/relief.js';
import type { StylePainting } from './style.js';

const widthPx = 480;
const heightPx = 384;
const oversampling = 2;
const seed = 1886;

const sky = ['#3f62b4', '#6f8fd0', '#b9a6d6', '#f2b7a8', '#fbd07a', '#fff0a8'].map(color);
const water = ['#fbe08a', '#f0a878', '#9a8cc8', '#4f78bc', '#2b4f94'].map(color);
const hill = ['#35417e', '#4f5fa0', '#7d7fb4'].map(color);
const lawn = ['#1d4a3c', '#3f7a3a', '#93a844', '#ecd96a', '#f6b08a'].map(color);
const leaves = ['#0c2a2c', '#145036', '#3c8a2e', '#a9bf35', '#f4a13a'].map(color);
const bark = color('#33203f');
const sun = { x: 318, y: 150 };

function shoreY(x: number): number {
  return 286 + 26 * Math.sin(x / 105 + 2.2) + 5 * Math.sin(x / 23);
}

function crownDepth(x: number, y: number): number {
  const blobs: readonly (readonly [number, number, number])[] = [
    [82, 72, 74],
    [150, 52, 56],
    [30, 116, 58],
    [122, 122, 52],
    [446, 150, 44],
    [470, 112, 46],
  ];
  let depth = Number.NEGATIVE_INFINITY;
  for (const [centerX, centerY, radius] of blobs)
    depth = Math.max(depth, 1 - Math.hypot(x - centerX, (y - centerY) * 1.12) / radius);
  return depth + 0.22 * gradientNoise(x / 15, y / 15, seed) + 0.12 * gradientNoise(x / 5, y / 5, seed + 1);
}

function isTrunk(x: number, y: number): boolean {
  const left = Math.abs(x - 92 - 7 * Math.sin(y / 46)) < 9 + 0.00035 * (y - 190) ** 2;
  const right = Math.abs(x - 456 - 4 * Math.sin(y / 38)) < 5 + 0.0003 * (y - 190) ** 2;
  return (left && y > 96 && y < 322) || (right && y > 150 && y < 300);
}

function skyColor(x: number, y: number): Color {
  const glow = Math.exp(-Math.hypot((x - sun.x) * 0.75, y - sun.y) / 62);
  const cloud = smoothstep(0.05, 0.4, fractalNoise(x / 90, y / 17, 3, seed + 2));
  const base = gradientColor(sky, y / 225 + 0.55 * glow);
  if (Math.hypot(x - sun.x, y - sun.y) < 17) return color('#fffbe0');
  return mixColors(
    base,
    gradientColor(['#8c6db4', '#f08d76', '#ffdf94'].map(color), 0.15 + y / 200),
    0.75 * cloud,
  );
}

function sceneColor(x: number, y: number): Color {
  if (isTrunk(x, y)) return varyColor(bark, 0.16 * smoothstep(-6, 10, x - 92 - 7 * Math.sin(y / 46)));
  const crown = crownDepth(x, y);
  if (crown > 0) {
    const light = 0.42 + 0.75 * gradientNoise(x / 24, y / 18, seed + 3) + 0.0016 * (x - 80) - 0.25 * crown;
    return gradientColor(leaves, light);
  }
  const shore = shoreY(x);
  if (y > shore) {
    const shade = smoothstep(0.05, -0.25, fractalNoise(x / 85, y / 22, 2, seed + 4) + 0.05);
    const grass = gradientColor(
      lawn,
      0.55 + 0.45 * fractalNoise(x / 42, y / 12, 3, seed + 5) + 0.12 * smoothstep(24, 0, y - shore),
    );
    return mixColors(grass, mixColors(color('#1c3f3a'), color('#3a2f7a'), 0.55), 0.85 * shade);
  }
  const ridge = 176 - 20 * Math.sin(x / 66 + 4) - 9 * Math.sin(x / 27);
  if (y > 196) {
    const path = Math.exp(
      -(((x - sun.x) / (13 + 0.42 * (y - 196) + 9 * gradientNoise(x / 9, y / 3.5, seed + 9))) ** 2),
    );
    const ripple = 0.42 * gradientNoise(x / 30, y / 5, seed + 6);
    return gradientColor(water, 0.25 + (y - 196) / 150 - 0.6 * path + ripple + 0.22);
  }
  if (y > ridge)
    return gradientColor(hill, 0.3 + (y - ridge) / 40 + 0.4 * gradientNoise(x / 18, y / 9, seed + 7));
  return skyColor(x, y);
}

/** Varies the local color with neighbors on the color wheel and, occasionally, its complement. */
function breakColor(local: Color, choice: number, jitter: number): Color {
  if (choice < 0.52) return varyColor(local, 0.035 * jitter, 1.15, 0.1 * jitter);
  if (choice < 0.68) return varyColor(local, 0.07, 1.2, 0.42);
  if (choice < 0.84) return varyColor(local, -0.07, 1.2, -0.42);
  if (choice < 0.93) return varyColor(local, -0.02, 0.9, Math.PI);
  return varyColor(local, 0.17, 0.8, 0.2 * jitter);
}

function paintDot(
  canvas: Canvas,
  surface: Float32Array,
  x: number,
  y: number,
  radius: number,
  paint: Color,
): void {
  const squash = 0.9;
  for (let row = Math.max(0, Math.floor(y - radius)); row <= Math.min(canvas.heightPx - 1, y + radius); row++)
    for (
      let column = Math.max(0, Math.floor(x - radius));
      column <= Math.min(canvas.widthPx - 1, x + radius);
      column++
    ) {
      const away = Math.hypot(column - x, (row - y) / squash) / radius;
      if (away >= 1) continue;
      blendPixel(canvas, column, row, paint, 0.96 * smoothstep(1, 0.8, away));
      surface[row * canvas.widthPx + column] = 1.6 * smoothstep(1, 0.45, away);
    }
}

export const pointillistLake: StylePainting = {
  name: 'pointillist-lake',
  title: 'Dots of complementary colors: evening sun over a lake between trees',
  paint(): Canvas {
    const canvas = createCanvas(widthPx * oversampling, heightPx * oversampling, color('#efe3c6'));
    const surface = new Float32Array(canvas.widthPx * canvas.heightPx);
    const layers = [
      { count: 15000, radius: 3.7, pure: 1 },
      { count: 15000, radius: 2.9, pure: 0 },
      { count: 13000, radius: 2.3, pure: 0 },
    ];
    for (const [layer, { count, radius, pure }] of layers.entries()) {
      const random = createRandom(seed + 50 * layer);
      const columns = Math.ceil(Math.sqrt((count * widthPx) / heightPx));
      const rows = Math.ceil(count / columns);
      for (const cell of shuffledIndices(columns * rows, random)) {
        const x = ((cell % columns) + random.next()) * (widthPx / columns);
        const y = (Math.floor(cell / columns) + random.next()) * (heightPx / rows);
        const paint = breakColor(
          sceneColor(x, y),
          pure * 0.3 + random.next() * (1 - 0.3 * pure),
          random.normal(),
        );
        const dotRadius = radius * random.between(0.72, 1.2);
        paintDot(canvas, surface, x * oversampling, y * oversampling, dotRadius * oversampling, paint);
      }
    }
    lightRelief(canvas, surface, { contrast: 0.22, gloss: 0.12 });
    return shrinkCanvas(canvas, oversampling);
  },
};
