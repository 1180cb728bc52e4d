/** Watercolor on grained paper: transparent washes, a sponge and a pen. @module */
import { type Canvas, shadeCanvas, shrinkCanvas } from './canvas.js';
import { type Color, clamp01, color, smoothstep } from './color.js';
import { fractalNoise, gradientNoise } from './noise.js';

/** Size of a sheet relative to the final picture. */
const oversampling = 2;

/** A sheet of paper. `density` is the optical density of the paint for red, green and blue. */
export interface Sheet {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly density: Float32Array;
  readonly grain: Float32Array;
}

/** A wet shape. Lengths are in pixels of the final picture. */
export interface Wash {
  readonly x: number;
  readonly y: number;
  readonly lengthPx: number;
  readonly breadthPx: number;
  readonly angle: number;
  /** 0 is an ellipse. 1 is a petal: narrow at its start, broad at its end. */
  readonly flare: number;
  readonly ragged: number;
  readonly pigment: Color;
  readonly strength: number;
  readonly seed: number;
}

/** A blank sheet for a picture of the given size. */
export function createSheet(widthPx: number, heightPx: number, seed: number): Sheet {
  const width = widthPx * oversampling;
  const height = heightPx * oversampling;
  const grain = Float32Array.from({ length: width * height }, (_, index) =>
    fractalNoise((index % width) / 5.5, Math.floor(index / width) / 5.5, 3, seed),
  );
  return { widthPx: width, heightPx: height, density: new Float32Array(width * height * 3), grain };
}

/** Lays a wash. Pigment gathers at its rim and in the hollows of the paper, and pools toward the bottom. */
export function layWash(sheet: Sheet, wash: Wash): void {
  const absorbed = wash.pigment.map((channel) => -Math.log(Math.max(channel, 0.02)));
  const cosine = Math.cos(wash.angle);
  const sine = Math.sin(wash.angle);
  const reach = 1.35 * Math.max(wash.lengthPx, wash.breadthPx);
  const scale = oversampling;
  const lastRow = Math.min(sheet.heightPx - 1, Math.ceil((wash.y + reach) * scale));
  const lastColumn = Math.min(sheet.widthPx - 1, Math.ceil((wash.x + reach) * scale));
  const size = Math.min(wash.lengthPx, wash.breadthPx);
  for (let row = Math.max(0, Math.floor((wash.y - reach) * scale)); row <= lastRow; row++)
    for (let column = Math.max(0, Math.floor((wash.x - reach) * scale)); column <= lastColumn; column++) {
      const x = column / scale - wash.x;
      const y = row / scale - wash.y;
      const along = (x * cosine + y * sine) / wash.lengthPx;
      const width = wash.breadthPx * (1 + 0.6 * wash.flare * along);
      const across = (y * cosine - x * sine) / width;
      const rim =
        1 -
        Math.hypot(along, across) +
        wash.ragged * fractalNoise(x / (0.55 * size) + 9, y / (0.55 * size), 4, wash.seed);
      const inPx = rim * size;
      if (inPx < -0.6) continue;
      const cover = smoothstep(-0.5, 0.5, inPx);
      const dark = 0.75 * Math.exp(-((inPx / 1.7) ** 2)) + 0.28 * Math.exp(-inPx / 6);
      const flow = fractalNoise(x / (0.8 * size), y / (0.8 * size), 3, wash.seed + 1);
      const bloom = Math.exp(-(((flow - 0.16) / 0.035) ** 2));
      const pool = 0.25 * clamp01(0.5 + along);
      const index = row * sheet.widthPx + column;
      const grain = 1 + 0.6 * (sheet.grain[index] as number);
      const amount =
        Math.max(0, 0.5 + 0.65 * flow + dark + 0.3 * bloom + pool) * grain * cover * wash.strength;
      for (let channel = 0; channel < 3; channel++) {
        const place = 3 * index + channel;
        sheet.density[place] = (sheet.density[place] as number) + amount * (absorbed[channel] as number);
      }
    }
}

/** Lifts paint off with a damp sponge, to make room for a blossom. */
export function liftPaint(sheet: Sheet, x: number, y: number, radiusPx: number, seed: number): void {
  const reach = 1.3 * radiusPx;
  for (let row = Math.floor((y - reach) * oversampling); row < (y + reach) * oversampling; row++)
    for (let column = Math.floor((x - reach) * oversampling); column < (x + reach) * oversampling; column++) {
      if (row < 0 || column < 0 || row >= sheet.heightPx || column >= sheet.widthPx) continue;
      const away = Math.hypot(column / oversampling - x, (row / oversampling - y) / 0.86) / radiusPx;
      const left = smoothstep(0.9, 1.12, away + 0.12 * gradientNoise(column / 24, row / 24, seed));
      const place = 3 * (row * sheet.widthPx + column);
      for (let channel = 0; channel < 3; channel++)
        sheet.density[place + channel] = (sheet.density[place + channel] as number) * (0.14 + 0.86 * left);
    }
}

/** Draws a line of opaque ink through the points, with a pen of varying width. */
export function drawLine(
  sheet: Sheet,
  points: readonly (readonly [number, number])[],
  penPx: number,
  lineSeed: number,
): void {
  for (let part = 0; part + 1 < points.length; part++) {
    const [startX, startY] = points[part] as readonly [number, number];
    const [endX, endY] = points[part + 1] as readonly [number, number];
    const steps = Math.max(1, Math.ceil(Math.hypot(endX - startX, endY - startY) * 3));
    for (let step = 0; step < steps; step++) {
      const t = step / steps;
      const x = (startX + (endX - startX) * t) * oversampling;
      const y = (startY + (endY - startY) * t) * oversampling;
      const press = penPx * oversampling * (0.5 + 0.45 * gradientNoise(x / 30, y / 30, lineSeed));
      for (let row = Math.ceil(y - press); row <= y + press; row++)
        for (let column = Math.ceil(x - press); column <= x + press; column++) {
          if (row < 0 || column < 0 || row >= sheet.heightPx || column >= sheet.widthPx) continue;
          if (Math.hypot(column - x, row - y) > press) continue;
          const place = 3 * (row * sheet.widthPx + column);
          for (let channel = 0; channel < 3; channel++)
            sheet.density[place + channel] = Math.max(
              sheet.density[place + channel] as number,
              1.9 - 0.25 * channel,
            );
        }
    }
  }
}

/** Renders the sheet: light reflected by the paper and absorbed by the paint (Beer-Lambert). */
export function drySheet(sheet: Sheet): Canvas {
  const paper = color('#fbf6e9');
  const canvas = shadeCanvas(sheet.widthPx, sheet.heightPx, (column, row) => {
    const index = row * sheet.widthPx + column;
    const shade = 1 + 0.035 * (sheet.grain[index] as number);
    const through = (channel: number): number =>
      (paper[channel] as number) * shade * Math.exp(-(sheet.density[3 * index + channel] as number));
    return [through(0), through(1), through(2)];
  });
  return shrinkCanvas(canvas, oversampling);
}
