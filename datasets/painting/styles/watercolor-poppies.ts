/** Layered transparent washes and a pen: poppies and cornflowers in a meadow. @module */
import type { Canvas } from '../painting/canvas.js';
import { type Color, color } from '../painting/color.js';
import { gradientNoise } from '../painting/noise.js';
import { createRandom, type Random } from '../painting/random.js';
import { createSheet, drawLine, drySheet, layWash, liftPaint, type Sheet } from '../painting/watercolor.js';
import type { StylePainting } from './style.js';

const widthPx = 416;
const heightPx = 480;
const seed = 1904;

const pigments = {
  scarlet: color('#e8321f'),
  crimson: color('#b0123f'),
  orange: color('#f58a2a'),
  gold: color('#f7c843'),
  sap: color('#6f9a32'),
  viridian: color('#2b7d63'),
  ultramarine: color('#3a4fb8'),
  cerulean: color('#6fb3d9'),
  violet: color('#7a56a8'),
  sepia: color('#3a2622'),
  indigo: color('#1c2442'),
};

function paintPoppy(
  sheet: Sheet,
  random: Random,
  x: number,
  y: number,
  size: number,
  warm: readonly Color[],
): void {
  const petals = 5;
  const turn = random.between(0, 2 * Math.PI);
  for (let petal = 0; petal < petals; petal++)
    for (let layer = 0; layer < 2; layer++) {
      const angle = turn + (2 * Math.PI * petal) / petals + 0.15 * random.normal();
      const length = size * random.between(0.5, 0.6) * (1 - 0.3 * layer);
      const away = size * (0.5 - 0.1 * layer);
      const washSeed = Math.floor(random.between(0, 1e6));
      layWash(sheet, {
        x: x + away * Math.cos(angle),
        y: y + away * 0.82 * Math.sin(angle),
        lengthPx: length,
        breadthPx: length * random.between(0.72, 0.9),
        angle,
        flare: 0.7,
        ragged: 0.16,
        pigment: random.pick(warm),
        strength: random.between(0.45, 0.75),
        seed: washSeed,
      });
    }
  layWash(sheet, {
    x,
    y,
    lengthPx: size * 0.24,
    breadthPx: size * 0.2,
    angle: 0,
    flare: 0,
    ragged: 0.35,
    pigment: pigments.indigo,
    strength: 1.1,
    seed: Math.floor(random.between(0, 1e6)),
  });
  const rays = 22;
  for (let ray = 0; ray < rays; ray++) {
    const angle = (2 * Math.PI * ray) / rays + 0.1 * random.normal();
    const from = size * 0.2;
    const to = size * random.between(0.34, 0.52);
    const tipX = x + to * Math.cos(angle);
    const tipY = y + 0.85 * to * Math.sin(angle);
    drawLine(
      sheet,
      [
        [x + from * Math.cos(angle), y + 0.85 * from * Math.sin(angle)],
        [tipX, tipY],
      ],
      0.55,
      ray,
    );
    drawLine(
      sheet,
      [
        [tipX, tipY],
        [tipX + 0.6, tipY],
      ],
      1.7,
      ray,
    );
  }
  for (let petal = 0; petal < petals; petal++) {
    const middle = turn + (2 * Math.PI * petal) / petals;
    const outline: [number, number][] = [];
    for (let share = -1; share <= 1.001; share += 0.1) {
      const angle = middle + share * 0.62;
      const radius = size * (1.02 - 0.16 * share * share + 0.05 * gradientNoise(share * 4, petal, seed));
      outline.push([x + radius * Math.cos(angle) + 1.5, y + 0.84 * radius * Math.sin(angle) - 1]);
    }
    drawLine(sheet, outline, 0.85, petal);
  }
}

function paintLeaf(sheet: Sheet, random: Random, x: number, y: number, pigment: Color): void {
  const angle = -Math.PI / 2 + 0.6 * random.normal();
  const length = random.between(22, 62);
  layWash(sheet, {
    x,
    y,
    lengthPx: length,
    breadthPx: length * random.between(0.13, 0.26),
    angle,
    flare: -0.5,
    ragged: 0.13,
    pigment,
    strength: random.between(0.35, 0.8),
    seed: Math.floor(random.between(0, 1e6)),
  });
  if (random.next() < 0.55) {
    const dx = length * Math.cos(angle);
    const dy = length * Math.sin(angle);
    drawLine(
      sheet,
      [
        [x - dx, y - dy],
        [x + 2, y - 1],
        [x + dx, y + dy],
      ],
      0.6,
      Math.floor(x),
    );
  }
}

function paintSheet(sheet: Sheet): void {
  const random = createRandom(seed);
  const skies = [pigments.cerulean, pigments.violet, pigments.gold, pigments.cerulean, pigments.ultramarine];
  const greens = [pigments.sap, pigments.viridian, pigments.gold, pigments.cerulean, pigments.ultramarine];
  for (let count = 0; count < 52; count++) {
    const y = random.between(-20, heightPx + 20);
    layWash(sheet, {
      x: random.between(0, widthPx),
      y,
      lengthPx: random.between(50, 130),
      breadthPx: random.between(35, 90),
      angle: random.between(-0.6, 0.6),
      flare: 0,
      ragged: 0.3,
      pigment: random.pick(y < 0.45 * heightPx ? skies : greens),
      strength: random.between(0.16, 0.36),
      seed: 5000 + count,
    });
  }
  for (let count = 0; count < 120; count++) {
    const y = heightPx * (1 - 0.75 * random.next() ** 1.3);
    paintLeaf(
      sheet,
      random,
      random.between(0, widthPx),
      y,
      random.pick([pigments.sap, pigments.viridian, pigments.sap, pigments.ultramarine]),
    );
  }
  for (let group = 0; group < 70; group++) {
    const x = random.between(0, widthPx);
    const y = heightPx * (1 - 0.68 * random.next() ** 1.2);
    const angle = -Math.PI / 2 + 0.35 * random.normal();
    for (let line = 0; line < 8; line++) {
      const startX = x + 3.6 * line + random.normal();
      const length = random.between(12, 26);
      const tip = [startX + length * Math.cos(angle), y + length * Math.sin(angle)] as const;
      drawLine(sheet, [[startX, y + 2 * random.normal()], tip], 0.6, group);
    }
  }
  const reds = [pigments.scarlet, pigments.scarlet, pigments.crimson, pigments.orange];
  const blues = [pigments.ultramarine, pigments.violet, pigments.cerulean];
  const blossoms: readonly (readonly [number, number, number, readonly Color[]])[] = [
    [112, 112, 62, reds],
    [292, 78, 46, reds],
    [338, 208, 66, reds],
    [196, 236, 48, blues],
    [72, 272, 54, reds],
    [236, 350, 66, reds],
    [370, 342, 38, blues],
    [104, 408, 52, reds],
    [350, 440, 52, reds],
    [26, 172, 30, blues],
    [204, 30, 28, blues],
    [390, 110, 30, blues],
    [222, 448, 34, blues],
  ];
  for (const [x, y, size] of blossoms) liftPaint(sheet, x, y, size, seed + 2);
  for (const [x, y, size, paints] of blossoms) paintPoppy(sheet, random, x, y, size, paints);
  for (let count = 0; count < 160; count++) {
    const size = random.between(0.5, 1.9);
    layWash(sheet, {
      x: random.between(0, widthPx),
      y: random.between(0, heightPx),
      lengthPx: size,
      breadthPx: size,
      angle: 0,
      flare: 0,
      ragged: 0.2,
      pigment: random.pick([pigments.scarlet, pigments.indigo, pigments.sepia, pigments.viridian]),
      strength: 0.8,
      seed: 9000 + count,
    });
  }
}

export const watercolorPoppies: StylePainting = {
  name: 'watercolor-poppies',
  title: 'Watercolor washes and pen: poppies and cornflowers',
  paint(): Canvas {
    const sheet = createSheet(widthPx, heightPx, seed + 1);
    paintSheet(sheet);
    return drySheet(sheet);
  },
};
