/** Thick oil strokes: a swirling sky over hills and a wheat field. @module */
import { type FlowField, type OilCanvas, paintStroke } from '../painting/brush.js';
import { shadeCanvas, shrinkCanvas } from '../painting/canvas.js';
import { type Color, color, gradientColor, mixColors, smoothstep, varyColor } from '../painting/color.js';
import { fractalNoise, gradientNoise } from '../painting/noise.js';
import { createRandom } from '../painting/random.js';
import { lightRelief } from '../painting/relief.js';
import type { StylePainting } from './style.js';

const widthPx = 480;
const heightPx = 400;
const oversampling = 2;
const seed = 1889;

interface Eddy {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
  readonly turn: number;
}

interface Light {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
}

const eddies: readonly Eddy[] = [
  { x: 208, y: 118, radius: 62, turn: 1 },
  { x: 312, y: 168, radius: 46, turn: -1 },
  { x: 92, y: 190, radius: 36, turn: 1 },
];
const moon: Light = { x: 408, y: 66, radius: 56 };
const stars: readonly Light[] = [
  moon,
  { x: 300, y: 46, radius: 27 },
  { x: 118, y: 62, radius: 32 },
  { x: 418, y: 190, radius: 25 },
  { x: 228, y: 212, radius: 20 },
  { x: 24, y: 128, radius: 24 },
  { x: 214, y: 26, radius: 20 },
  { x: 356, y: 112, radius: 16 },
];

const night = ['#070d26', '#10204f', '#1d3f86', '#2a6a9e', '#5f9fb0', '#a9cfb9', '#eaf0c9'].map(color);
const glow = ['#fff6c8', '#ffe067', '#f7b32b', '#c9b458', '#6fa58c'].map(color);
const hills = ['#081a2e', '#12405a', '#1f6a72', '#4f8f6f'].map(color);
const wheat = ['#5a3a12', '#a8721b', '#dba32c', '#f5d469', '#8c9440'].map(color);
const tree = ['#05100c', '#0f2a1c', '#2b4a22', '#5b5a26'].map(color);

function hillTop(x: number): number {
  return 268 - 26 * Math.sin(x / 88 + 0.6) - 14 * Math.sin(x / 37 + 2) + 0.05 * x;
}

function fieldTop(x: number): number {
  return 322 + 16 * Math.sin(x / 120 + 1.1) + 4 * Math.sin(x / 31);
}

function isTree(x: number, y: number): boolean {
  const rise = (400 - y) / 345;
  if (rise > 1) return false;
  const sway = 58 + 9 * Math.sin(rise * 9) + 16 * rise;
  const half = 36 * (1 - rise) ** 0.75 * (0.78 + 0.3 * Math.sin(rise * 23)) + 2;
  return Math.abs(x - sway) < half;
}

const skyFlow: FlowField = (x, y) => {
  let u = 1;
  let v = 0.45 * Math.sin(x / 62 + y / 90) + 0.25 * gradientNoise(x / 60, y / 60, seed);
  for (const eddy of eddies) {
    const dx = (x - eddy.x) / eddy.radius;
    const dy = (y - eddy.y) / eddy.radius;
    const squared = dx * dx + dy * dy;
    const pull = 6 * eddy.turn * Math.exp(-squared * 0.85);
    u += pull * (-dy - 0.12 * dx);
    v += pull * (dx - 0.12 * dy);
  }
  for (const star of stars) {
    const dx = (x - star.x) / star.radius;
    const dy = (y - star.y) / star.radius;
    const pull = 9 * Math.exp(-(dx * dx + dy * dy) * 1.2);
    u -= pull * dy;
    v += pull * dx;
  }
  return Math.atan2(v, u);
};

const flow: FlowField = (x, y) => {
  if (isTree(x, y)) return -Math.PI / 2 + 0.55 * Math.sin(y / 17 + x / 26);
  if (y > fieldTop(x)) return -1.15 + 0.5 * gradientNoise(x / 50, y / 30, seed + 1);
  if (y > hillTop(x))
    return Math.atan2(hillTop(x + 2) - hillTop(x - 2), 4) + 0.5 * gradientNoise(x / 28, y / 18, seed + 2);
  return skyFlow(x, y);
};

function skyColor(x: number, y: number): Color {
  let tone = 0.3 + 0.55 * fractalNoise(x / 85, y / 24, 3, seed + 3) + 0.26 * smoothstep(150, 275, y);
  for (const eddy of eddies) {
    const distance = Math.hypot(x - eddy.x, y - eddy.y) / eddy.radius;
    const angle = Math.atan2(y - eddy.y, x - eddy.x);
    const arms = 0.5 + 0.5 * Math.cos(eddy.turn * angle * 2 - 9 * distance);
    const inside = smoothstep(1.45, 0.6, distance);
    tone += inside * (0.2 + 0.95 * arms - tone);
  }
  let painted = gradientColor(night, tone);
  for (const star of stars) {
    const distance = Math.hypot(x - star.x, y - star.y) / star.radius;
    if (distance > 1.7) continue;
    const rings = 0.12 * Math.sin(distance * 16);
    painted = mixColors(
      gradientColor(glow, 0.95 * distance + rings),
      painted,
      smoothstep(0.75, 1.6, distance + rings),
    );
  }
  if (Math.hypot(x - moon.x, y - moon.y) < 26)
    painted = color(Math.hypot(x - moon.x - 10, y - moon.y + 7) < 20 ? '#ffe98a' : '#e2701c');
  return painted;
}

function sceneColor(x: number, y: number): Color {
  const patch = 0.5 + 0.7 * fractalNoise(x / 34, y / 20, 2, seed + 4);
  if (isTree(x, y)) return gradientColor(tree, 0.8 * patch);
  if (y > fieldTop(x))
    return gradientColor(wheat, 0.25 + 0.55 * patch - 0.3 * smoothstep(0, 14, fieldTop(x) + 14 - y));
  const depth = y - hillTop(x);
  if (depth > 0) return gradientColor(hills, 0.1 + 0.55 * patch + 0.5 * smoothstep(9, 0, depth));
  return skyColor(x, y);
}

function paintLayer(
  oil: OilCanvas,
  spacing: number,
  lengthPx: number,
  strokeWidthPx: number,
  layer: number,
): void {
  const random = createRandom(seed + 10 * layer);
  const places: { x: number; y: number; order: number }[] = [];
  for (let y = -spacing; y < heightPx + spacing; y += spacing)
    for (let x = -spacing; x < widthPx + spacing; x += spacing)
      places.push({
        x: x + random.between(0, spacing),
        y: y + random.between(0, spacing),
        order: random.next(),
      });
  places.sort((a, b) => a.order - b.order);
  const scaledFlow: FlowField = (x, y) => flow(x / oversampling, y / oversampling);
  for (const [index, { x, y }] of places.entries()) {
    const paint = varyColor(
      sceneColor(x, y),
      0.06 * random.normal(),
      0.95 + 0.2 * random.normal(),
      0.15 * random.normal(),
    );
    paintStroke(
      oil,
      {
        x: x * oversampling,
        y: y * oversampling,
        lengthPx: lengthPx * oversampling * random.between(0.7, 1.25),
        widthPx: strokeWidthPx * oversampling * random.between(0.75, 1.25),
        paint,
        load: random.between(0.82, 1),
        streakiness: 0.09,
        seed: seed + 1000 * layer + index,
      },
      scaledFlow,
    );
  }
}

export const swirlingNight: StylePainting = {
  name: 'swirling-night',
  title: 'Thick oil strokes along a turning night sky over hills and wheat',
  paint() {
    const width = widthPx * oversampling;
    const height = heightPx * oversampling;
    const oil: OilCanvas = {
      canvas: shadeCanvas(width, height, (x, y) => sceneColor(x / oversampling, y / oversampling)),
      paintHeight: new Float32Array(width * height),
    };
    paintLayer(oil, 10, 40, 15, 1);
    paintLayer(oil, 7.4, 30, 9, 2);
    paintLayer(oil, 8, 22, 5.4, 3);
    lightRelief(oil.canvas, oil.paintHeight, { contrast: 0.42, gloss: 0.35 });
    return shrinkCanvas(oil.canvas, oversampling);
  },
};
