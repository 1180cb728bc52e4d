/** Stone and gold tesserae set in rows along the contours of a sun over the sea. @module */
import { type Canvas, shadeCanvas, shrinkCanvas } from '../painting/canvas.js';
import { type Color, color, gradientColor, mixColors, smoothstep, varyColor } from '../painting/color.js';
import { indexNeighbors } from '../painting/neighbors.js';
import { fractalNoise, gradientNoise } from '../painting/noise.js';
import { createRandom, uniformAt } from '../painting/random.js';
import { lightRelief } from '../painting/relief.js';
import type { StylePainting } from './style.js';

const sizePx = 448;
const oversampling = 2;
const seed = 547;
const tilePx = 8.4;
const sun = { x: 224, y: 176 };

interface Tile {
  x: number;
  y: number;
  angle: number;
}

const gold = ['#8a5a12', '#c8921f', '#f0c43c', '#ffe98a'].map(color);
const flame = ['#7a1410', '#c2331a', '#e8742a', '#f6b54a'].map(color);
const sea = ['#0b1c4a', '#12408c', '#1a86a8', '#54c0b4', '#e8f4dc'].map(color);
const vault = ['#7c4a12', '#b8801c', '#dca730', '#f2cf66', '#fbeaa8'].map(color);
const garland = ['#0d2b22', '#1c5a3c', '#4f8f4a', '#b9c46a'].map(color);
const disc = ['#5c0f16', '#8e1b1c', '#b8321f'].map(color);

function seaLevel(x: number): number {
  return 298 + 9 * Math.sin(x / 36);
}

/** A scalar field. Rows of tiles follow its contour lines. */
function contour(x: number, y: number): number {
  const level = seaLevel(x);
  if (y > level)
    return 1000 + y - 298 - 13 * Math.sin(x / 36 + (y - 298) / 55) - 4 * Math.sin(x / 13 + y / 31);
  return Math.hypot(x - sun.x, y - sun.y) * (1 + 0.02 * Math.sin(12 * Math.atan2(y - sun.y, x - sun.x)));
}

function contourAngle(x: number, y: number): number {
  const inSea = y > seaLevel(x);
  const slope = (dx: number, dy: number): number => {
    const ahead = y + dy > seaLevel(x + dx);
    return ahead === inSea ? contour(x + dx, y + dy) : contour(x, y);
  };
  return Math.atan2(slope(0, 1.5) - slope(0, -1.5), slope(1.5, 0) - slope(-1.5, 0));
}

function sceneColor(x: number, y: number, draw: number): Color {
  if (y > seaLevel(x)) {
    const band = contour(x, y) - 1000;
    const tone = 0.5 + 0.5 * Math.sin(band / 7.2);
    return gradientColor(sea, 0.1 + 0.72 * tone + 0.12 * (draw - 0.5) - 0.1 * smoothstep(60, 150, band));
  }
  const radius = Math.hypot(x - sun.x, y - sun.y);
  const angle = Math.atan2(y - sun.y, x - sun.x);
  if (radius < 42) return gradientColor(gold, 0.95 - radius / 90 + 0.3 * (draw - 0.5));
  if (radius < 53) return gradientColor(garland, 0.1 + 0.3 * draw);
  const ray = Math.cos(12 * angle + 0.05 * (radius - 53));
  const reach = 53 + 62 * (0.5 + 0.5 * ray) ** 0.8;
  if (radius < reach) return gradientColor(radius < reach - 14 ? gold : flame, 0.5 + 0.5 * draw);
  if (radius < 126) return gradientColor(disc, draw);
  if (radius > 126 && radius < 137) return color(draw < 0.5 ? '#f4ead2' : '#d9cbaa');
  if (radius > 137 && radius < 165) {
    const knot = Math.sin(14 * angle) * 9;
    const away = Math.min(Math.abs(radius - 151 - knot), Math.abs(radius - 151 + knot));
    return away < 5 ? gradientColor(gold, 0.6 + 0.4 * draw) : gradientColor(garland, 0.05 + 0.5 * draw);
  }
  if (radius > 165 && radius < 175) return color(draw < 0.5 ? '#f4ead2' : '#d9cbaa');
  const starX = (((x + 24) % 48) - 24) / 9;
  const starY = (((y + 24) % 48) - 24) / 9;
  if (Math.abs(starX * starY) < 0.25 && Math.hypot(starX, starY) < 1.5)
    return color(draw < 0.5 ? '#b8321f' : '#7a1410');
  return gradientColor(vault, 0.3 + 0.55 * draw + 0.3 * fractalNoise(x / 40, y / 40, 2, seed));
}

/** The maximum norm in the tile's rotated frame: points at equal distance form a square. */
function tileDistance(tile: Tile, x: number, y: number): number {
  const dx = x - tile.x;
  const dy = y - tile.y;
  const cosine = Math.cos(tile.angle);
  const sine = Math.sin(tile.angle);
  return Math.max(Math.abs(dx * cosine + dy * sine), Math.abs(dy * cosine - dx * sine));
}

/** Places tiles by Lloyd's relaxation with rotated squares (Hausner, "Simulating decorative mosaics", 2001). */
function layTiles(): Tile[] {
  const random = createRandom(seed);
  const tiles: Tile[] = [];
  for (let y = -tilePx; y < sizePx + tilePx; y += tilePx)
    for (let x = -tilePx; x < sizePx + tilePx; x += tilePx)
      tiles.push({ x: x + random.between(0, tilePx), y: y + random.between(0, tilePx), angle: 0 });
  for (let round = 0; round < 24; round++) {
    for (const tile of tiles) tile.angle = contourAngle(tile.x, tile.y);
    const near = indexNeighbors(tiles, 1.7 * tilePx);
    const sums = new Float64Array(3 * tiles.length);
    for (let y = -1.5 * tilePx; y < sizePx + 1.5 * tilePx; y += 1.2)
      for (let x = -1.5 * tilePx; x < sizePx + 1.5 * tilePx; x += 1.2) {
        let nearest = Number.POSITIVE_INFINITY;
        let owner = -1;
        for (const index of near(x, y)) {
          const distance = tileDistance(tiles[index] as Tile, x, y);
          if (distance < nearest) {
            nearest = distance;
            owner = index;
          }
        }
        if (owner < 0) continue;
        sums[3 * owner] = (sums[3 * owner] as number) + x;
        sums[3 * owner + 1] = (sums[3 * owner + 1] as number) + y;
        sums[3 * owner + 2] = (sums[3 * owner + 2] as number) + 1;
      }
    for (const [index, tile] of tiles.entries()) {
      const count = sums[3 * index + 2] as number;
      if (count === 0) continue;
      tile.x = (sums[3 * index] as number) / count;
      tile.y = (sums[3 * index + 1] as number) / count;
    }
  }
  return tiles;
}

export const mosaicSun: StylePainting = {
  name: 'mosaic-sun',
  title: 'Stone and gold tesserae: a sun under a starry vault, over the sea',
  paint(): Canvas {
    const tiles = layTiles();
    const near = indexNeighbors(tiles, 1.8 * tilePx);
    const paints = tiles.map((tile, index) =>
      varyColor(
        sceneColor(tile.x, tile.y, uniformAt(seed + 1, index)),
        0.07 * (uniformAt(seed + 2, index) - 0.5) * 2,
        1.05,
        0.2 * (uniformAt(seed + 4, index) - 0.5),
      ),
    );
    const size = sizePx * oversampling;
    const surface = new Float32Array(size * size);
    const canvas = shadeCanvas(size, size, (column, row) => {
      const x = (column + 0.5) / oversampling + 0.5 * gradientNoise(column / 7, row / 7, seed + 5);
      const y = (row + 0.5) / oversampling + 0.5 * gradientNoise(column / 7, row / 7, seed + 6);
      let first = Number.POSITIVE_INFINITY;
      let second = Number.POSITIVE_INFINITY;
      let owner = 0;
      for (const index of near(x, y)) {
        const distance = tileDistance(tiles[index] as Tile, x, y);
        if (distance < first) {
          second = first;
          first = distance;
          owner = index;
        } else if (distance < second) second = distance;
      }
      const border = (second - first) / 2;
      const inside = smoothstep(0.55, 0.95, border);
      const grain = fractalNoise(column / 5, row / 5, 2, seed + 10 + (owner % 61));
      const tilt = 2 * Math.PI * uniformAt(seed + 7, owner);
      const tile = tiles[owner] as Tile;
      const lean = ((x - tile.x) * Math.cos(tilt) + (y - tile.y) * Math.sin(tilt)) * 0.9;
      surface[row * size + column] = inside * (2.4 + lean * uniformAt(seed + 8, owner)) + 0.4 * grain;
      const grout = mixColors(color('#3a322c'), color('#75675a'), 0.5 + 0.5 * grain);
      return mixColors(grout, varyColor(paints[owner] as Color, 0.03 * grain), inside);
    });
    lightRelief(canvas, surface, { contrast: 0.32, gloss: 0.35 });
    return shrinkCanvas(canvas, oversampling);
  },
};
