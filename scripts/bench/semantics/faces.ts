/**
 * Two drawn faces: the same parts in different places, shapes and colors. The eyes of the second one are blue, and nothing else
 * is: whether the blue gets to the eyes of the first shows whether a loss knows what is where.
 * @module
 */
import { keyOfSeed, uniform } from '../../../src/random.js';
import type { Subject, Subjects } from './subjects.js';

/** The parts of a face, in the order of their numbers in masks. */
export const parts = [
  'background',
  'clothes',
  'hair',
  'skin',
  'brows',
  'lips',
  'white',
  'iris',
  'pupil',
] as const;
export type Part = (typeof parts)[number];
type Color = readonly [red: number, green: number, blue: number];

export interface Face {
  readonly colors: Readonly<Record<Part, Color>>;
  /** Middle of the head, its half width, and half height over half width; shares of the image. */
  readonly head: { readonly x: number; readonly y: number; readonly width: number; readonly ratio: number };
  /** How far the eyes are from the middle, above the middle, and how large; relative to the head. */
  readonly eyes: { readonly apart: number; readonly up: number; readonly size: number };
  /** How far down the hair reaches, relative to the head. */
  readonly hairLength: number;
  /** Strength of the brush strokes. */
  readonly strokes: number;
}

export const faces: Readonly<Record<'content' | 'style', Face>> = {
  content: {
    colors: {
      background: [0.62, 0.64, 0.66],
      clothes: [0.3, 0.32, 0.36],
      hair: [0.24, 0.16, 0.11],
      skin: [0.84, 0.67, 0.57],
      brows: [0.22, 0.14, 0.1],
      lips: [0.68, 0.36, 0.36],
      white: [0.93, 0.92, 0.9],
      iris: [0.42, 0.26, 0.13],
      pupil: [0.05, 0.04, 0.04],
    },
    head: { x: 0.5, y: 0.5, width: 0.27, ratio: 1.25 },
    eyes: { apart: 0.42, up: 0.12, size: 0.24 },
    hairLength: 0.5,
    strokes: 0.03,
  },
  style: {
    colors: {
      background: [0.16, 0.42, 0.26],
      clothes: [0.55, 0.12, 0.16],
      hair: [0.86, 0.46, 0.12],
      skin: [0.94, 0.8, 0.58],
      brows: [0.6, 0.3, 0.08],
      lips: [0.78, 0.16, 0.22],
      white: [0.97, 0.95, 0.88],
      iris: [0.08, 0.36, 0.92],
      pupil: [0.06, 0.05, 0.1],
    },
    head: { x: 0.46, y: 0.47, width: 0.3, ratio: 1.15 },
    eyes: { apart: 0.4, up: 0.05, size: 0.28 },
    hairLength: 1.3,
    strokes: 0.12,
  },
};

/** The part of a face at a place, and how much light falls on it. */
function partAt({ head, eyes, hairLength }: Face, x: number, y: number): { part: Part; light: number } {
  const [u, v] = [(x - head.x) / head.width, (y - head.y) / (head.width * head.ratio)];
  const inside = (du: number, dv: number, a: number, b: number) => Math.hypot(du / a, dv / b) < 1;
  const side = u < 0 ? -1 : 1;
  const [eyeX, eyeY] = [u - side * eyes.apart, (v + eyes.up) * head.ratio];
  const light = 1 - 0.22 * (0.7 * u + 0.5 * v);
  if (inside(u, v, 1, 1)) {
    if (inside(eyeX, eyeY, eyes.size, 0.62 * eyes.size)) {
      const gaze = 0.52 * eyes.size;
      const part = inside(eyeX, eyeY, 0.42 * gaze, 0.42 * gaze)
        ? 'pupil'
        : inside(eyeX, eyeY, gaze, gaze)
          ? 'iris'
          : 'white';
      // The gleam of a window.
      return { part, light: inside(eyeX + 0.25 * gaze, eyeY + 0.3 * gaze, 0.16 * gaze, 0.16 * gaze) ? 3 : 1 };
    }
    if (inside(eyeX, eyeY + 1.15 * eyes.size - 0.3 * eyeX ** 2, 1.15 * eyes.size, 0.18 * eyes.size))
      return { part: 'brows', light };
    if (inside(u, v - 0.52, 0.3, 0.09))
      return { part: 'lips', light: light - 0.2 * Math.sign(v - 0.52) * 0.5 };
    if (v < -0.62 + 0.25 * u * u) return { part: 'hair', light: light + 0.1 * Math.sin(30 * u) };
    const nose = inside(u - 0.05, v - 0.15, 0.1, 0.22) ? 0.9 : 1;
    return { part: 'skin', light: light * nose };
  }
  if (
    (v < 0.1 && inside(u, v + 0.12, 1.2, 1.22)) ||
    (Math.abs(u) < 1.22 && v > -0.1 && v < hairLength && Math.abs(u) > 0.75)
  )
    return { part: 'hair', light: light + 0.12 * Math.sin(26 * u + 3 * v) };
  if (inside(u, v - 0.9, 0.42, 0.6)) return { part: 'skin', light: light - 0.18 };
  if (inside(u, v - 2.3, 2, 1.1)) return { part: 'clothes', light };
  return { part: 'background', light: 1 - 0.15 * (x - y) };
}

/** Smooth values between -1 and 1, elongated across or down as brush strokes are. */
function strokesOf(seed: number): (x: number, y: number) => number {
  const key = keyOfSeed(seed);
  const at = (i: number, j: number, layer: number) =>
    2 * uniform(key, layer, (i & 255) * 256 + (j & 255)) - 1;
  const noise = (x: number, y: number, layer: number) => {
    const [i, j] = [Math.floor(x), Math.floor(y)];
    const [fx, fy] = [x - i, y - j].map((f) => f * f * (3 - 2 * f));
    const row = (k: number) => at(i, k, layer) * (1 - fx) + at(i + 1, k, layer) * fx;
    return row(j) * (1 - fy) + row(j + 1) * fy;
  };
  return (x, y) => {
    const bend = 0.03 * noise(5 * x, 5 * y, 2);
    const [a, b] = [0.8 * x - 0.6 * y, 0.6 * x + 0.8 * y + bend];
    return 0.7 * noise(14 * a, 70 * b, 0) + 0.3 * noise(30 * a, 140 * b, 1);
  };
}

/** Draws a face and its parts, square. @param sizePx edge */
export function drawFace(face: Face, sizePx: number, seed = 1): Subject {
  const stroke = strokesOf(seed);
  const data = new Uint8Array(sizePx * sizePx * 3);
  const numbers = new Uint8Array(sizePx * sizePx);
  const samples = 3;
  for (let row = 0; row < sizePx; row++) {
    for (let column = 0; column < sizePx; column++) {
      const sum = [0, 0, 0];
      for (let s = 0; s < samples ** 2; s++) {
        const [x, y] = [
          column + ((s % samples) + 0.5) / samples,
          row + (Math.floor(s / samples) + 0.5) / samples,
        ].map((at) => at / sizePx);
        const { part, light } = partAt(face, x, y);
        const shade = light + face.strokes * 1.6 * stroke(x, y);
        for (const [c, value] of face.colors[part].entries())
          sum[c] += Math.min(1, Math.max(0, value * shade + face.strokes * 0.35 * stroke(y + c, x + 3)));
      }
      const pixel = row * sizePx + column;
      data.set(
        sum.map((value) => Math.round((255 * value) / samples ** 2)),
        3 * pixel,
      );
      numbers[pixel] = parts.indexOf(partAt(face, (column + 0.5) / sizePx, (row + 0.5) / sizePx).part);
    }
  }
  return { pixels: { data, widthPx: sizePx, heightPx: sizePx }, numbers };
}

/** The two faces. */
export const drawFaces = (sizePx: number): Subjects => ({
  content: drawFace(faces.content, sizePx, 1),
  style: drawFace(faces.style, sizePx, 2),
  judged: Object.fromEntries(
    (['iris', 'hair', 'skin', 'background'] as const).map((part) => [part, parts.indexOf(part)]),
  ),
});
