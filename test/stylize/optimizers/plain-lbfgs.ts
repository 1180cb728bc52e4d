/** Textbook L-BFGS in double precision, from the history of positions and gradients. @module */
import { historyLength } from '../../../src/stylize/optimizers/lbfgs.js';

type Vector = readonly number[];

const dot = (a: Vector, b: Vector): number => a.reduce((sum, value, i) => sum + value * b[i], 0);
const minus = (a: Vector, b: Vector): number[] => a.map((value, i) => value - b[i]);
const times = (a: Vector, by: number): number[] => a.map((value) => value * by);
const plus = (a: Vector, b: Vector): number[] => a.map((value, i) => value + b[i]);
const rms = (a: Vector): number => Math.sqrt(dot(a, a) / a.length);

/** Algorithm 7.4 of Nocedal & Wright over the last `memory` pairs of points, followed by the limit on the step. */
function direction(points: readonly Vector[], gradients: readonly Vector[], memory: number): number[] {
  const gradient = gradients[gradients.length - 1];
  const pairs = points
    .slice(1)
    .map((point, i) => ({ s: minus(point, points[i]), y: minus(gradients[i + 1], gradients[i]) }))
    .slice(-memory);
  if (pairs.length === 0) return times(gradient, -0.01 / rms(gradient));
  const alphas: number[] = [];
  let q = [...gradient];
  for (let i = pairs.length - 1; i >= 0; i--) {
    const { s, y } = pairs[i];
    alphas[i] = dot(s, q) / dot(s, y);
    q = minus(q, times(y, alphas[i]));
  }
  const newest = pairs[pairs.length - 1];
  let r = times(q, dot(newest.s, newest.y) / dot(newest.y, newest.y));
  for (const [i, { s, y }] of pairs.entries()) r = plus(r, times(s, alphas[i] - dot(y, r) / dot(s, y)));
  return times(r, -Math.min(1, 0.1 / rms(r)));
}

/** The point after the given ones, projected onto [0, 1]. */
export function plainNext(
  points: readonly Vector[],
  gradientAt: (x: Vector) => number[],
  memory = historyLength,
): number[] {
  const last = points[points.length - 1];
  return plus(last, direction(points, points.map(gradientAt), memory)).map((value) =>
    Math.min(1, Math.max(0, value)),
  );
}

/** The points visited by full steps, projected onto [0, 1], including the first. */
export function plainLbfgs(
  gradientAt: (x: Vector) => number[],
  start: Vector,
  steps: number,
  memory = historyLength,
): number[][] {
  const points = [[...start]];
  for (let step = 0; step < steps; step++) points.push(plainNext(points, gradientAt, memory));
  return points;
}
