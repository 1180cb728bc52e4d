/** Compares the edges of two images: how far shapes moved. @module */
import type { Pixels } from './pixels.js';

/** An edge may be this far from its counterpart, in pixels. */
const tolerancePx = 2;
/** Edges are where the gradient exceeds its mean by this many standard deviations. */
const deviations = 1;

/**
 * The edge F1 of two images of equal size: the harmonic mean of the share of edges of the first that have an edge of the
 * second within 2 pixels, and the other way around. 1 if all edges are where they were; Also 1 if neither has edges.
 * Edges are ridges of the Sobel gradient (non-maximum suppression, Canny 1986) above its mean plus a standard deviation.
 */
export function edgeF1(a: Pixels, b: Pixels): number {
  const [edgesA, edgesB] = [edgesOf(a), edgesOf(b)];
  const [foundA, foundB] = [shareNear(edgesA, edgesB, a), shareNear(edgesB, edgesA, a)];
  if (foundA === undefined || foundB === undefined) return foundA === foundB ? 1 : 0;
  return foundA + foundB === 0 ? 0 : (2 * foundA * foundB) / (foundA + foundB);
}

function edgesOf({ data, widthPx: w, heightPx: h }: Pixels): Uint8Array {
  const gray = new Float32Array(w * h);
  for (let i = 0; i < gray.length; i++)
    gray[i] = 0.299 * data[3 * i] + 0.587 * data[3 * i + 1] + 0.114 * data[3 * i + 2];
  const at = (x: number, y: number) =>
    gray[Math.min(h - 1, Math.max(0, y)) * w + Math.min(w - 1, Math.max(0, x))];
  const strength = new Float32Array(w * h);
  const isAcross = new Uint8Array(w * h);
  for (let y = 0; y < h; y++) {
    for (let x = 0; x < w; x++) {
      const dx =
        at(x + 1, y - 1) +
        2 * at(x + 1, y) +
        at(x + 1, y + 1) -
        at(x - 1, y - 1) -
        2 * at(x - 1, y) -
        at(x - 1, y + 1);
      const dy =
        at(x - 1, y + 1) +
        2 * at(x, y + 1) +
        at(x + 1, y + 1) -
        at(x - 1, y - 1) -
        2 * at(x, y - 1) -
        at(x + 1, y - 1);
      strength[y * w + x] = Math.hypot(dx, dy);
      isAcross[y * w + x] = Math.abs(dx) >= Math.abs(dy) ? 1 : 0;
    }
  }
  const mean = strength.reduce((sum, value) => sum + value, 0) / strength.length;
  const variance = strength.reduce((sum, value) => sum + (value - mean) ** 2, 0) / strength.length;
  const threshold = Math.max(1, mean + deviations * Math.sqrt(variance));
  const edges = new Uint8Array(w * h);
  for (let i = 0; i < edges.length; i++) {
    const step = isAcross[i] ? 1 : w;
    if (
      strength[i] > threshold &&
      strength[i] >= (strength[i - step] ?? 0) &&
      strength[i] >= (strength[i + step] ?? 0)
    )
      edges[i] = 1;
  }
  return edges;
}

/** The share of edges that are near others; undefined without edges. */
function shareNear(edges: Uint8Array, others: Uint8Array, { widthPx, heightPx }: Pixels): number | undefined {
  let [count, near] = [0, 0];
  for (const [index, value] of edges.entries()) {
    if (value === 0) continue;
    count++;
    const [x, y] = [index % widthPx, Math.floor(index / widthPx)];
    if (hasNear(others, x, y, widthPx, heightPx)) near++;
  }
  return count === 0 ? undefined : near / count;
}

function hasNear(edges: Uint8Array, x: number, y: number, widthPx: number, heightPx: number): boolean {
  for (let v = Math.max(0, y - tolerancePx); v <= Math.min(heightPx - 1, y + tolerancePx); v++)
    for (let u = Math.max(0, x - tolerancePx); u <= Math.min(widthPx - 1, x + tolerancePx); u++)
      if (edges[v * widthPx + u] === 1) return true;
  return false;
}
