/** Smooth two-dimensional noise. @module */
import { uniformAt } from './random.js';

function gradientDot(seed: number, cellX: number, cellY: number, x: number, y: number): number {
  const angle = 2 * Math.PI * uniformAt(seed, cellX, cellY);
  return Math.cos(angle) * x + Math.sin(angle) * y;
}

function quintic(t: number): number {
  return t * t * t * (t * (6 * t - 15) + 10);
}

/** Gradient noise with one feature per unit, in about [-1, 1] (Perlin, "Improving noise", 2002). */
export function gradientNoise(x: number, y: number, seed: number): number {
  const cellX = Math.floor(x);
  const cellY = Math.floor(y);
  const u = x - cellX;
  const v = y - cellY;
  const blend = quintic(u);
  const top =
    gradientDot(seed, cellX, cellY, u, v) * (1 - blend) +
    gradientDot(seed, cellX + 1, cellY, u - 1, v) * blend;
  const bottom =
    gradientDot(seed, cellX, cellY + 1, u, v - 1) * (1 - blend) +
    gradientDot(seed, cellX + 1, cellY + 1, u - 1, v - 1) * blend;
  return 1.5 * (top + (bottom - top) * quintic(v));
}

/** Octaves of gradient noise, each with twice the frequency and half the amplitude, in about [-1, 1]. */
export function fractalNoise(x: number, y: number, octaves: number, seed: number): number {
  let sum = 0;
  let height = 1;
  let frequency = 1;
  let total = 0;
  for (let octave = 0; octave < octaves; octave++) {
    sum += height * gradientNoise(x * frequency, y * frequency, seed + 101 * octave);
    total += height;
    height /= 2;
    frequency *= 2;
  }
  return sum / total;
}
