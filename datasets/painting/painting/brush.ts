/** A bristle brush: tapered, streaky strokes that follow a direction field. @module */
import { blendPixel, type Canvas } from './canvas.js';
import { type Color, clamp01, smoothstep, varyColor } from './color.js';
import { gradientNoise } from './noise.js';

/** A painting and the height of its paint (in pixels, row-major). */
export interface OilCanvas {
  readonly canvas: Canvas;
  readonly paintHeight: Float32Array;
}

/** One stroke. Lengths are in pixels. */
export interface Stroke {
  readonly x: number;
  readonly y: number;
  readonly lengthPx: number;
  readonly widthPx: number;
  readonly paint: Color;
  /** Opacity of a full brush, in [0, 1]. */
  readonly load: number;
  /** How much the bristles vary in lightness. */
  readonly streakiness: number;
  readonly seed: number;
}

/** Returns the direction of strokes at a point, in radians. */
export type FlowField = (x: number, y: number) => number;

const segmentCount = 10;

function tracePath(stroke: Stroke, flow: FlowField): Float64Array {
  const path = new Float64Array(2 * (segmentCount + 1));
  const step = stroke.lengthPx / segmentCount;
  const half = segmentCount / 2;
  path[2 * half] = stroke.x;
  path[2 * half + 1] = stroke.y;
  for (const way of [-1, 1]) {
    let { x, y } = stroke;
    for (let index = 1; index <= half; index++) {
      const angle = flow(x, y);
      x += way * step * Math.cos(angle);
      y += way * step * Math.sin(angle);
      path[2 * (half + way * index)] = x;
      path[2 * (half + way * index) + 1] = y;
    }
  }
  return path;
}

/** The position of a pixel in a stroke: fraction of its length, and signed distance from its center line. */
function placeInStroke(path: Float64Array, x: number, y: number): { along: number; across: number } {
  let nearest = Number.POSITIVE_INFINITY;
  let along = 0;
  let across = 0;
  for (let index = 0; index < segmentCount; index++) {
    const startX = path[2 * index] as number;
    const startY = path[2 * index + 1] as number;
    const dx = (path[2 * index + 2] as number) - startX;
    const dy = (path[2 * index + 3] as number) - startY;
    const squared = dx * dx + dy * dy;
    const share = ((x - startX) * dx + (y - startY) * dy) / squared;
    const t = clamp01(share);
    const offX = x - startX - t * dx;
    const offY = y - startY - t * dy;
    const distance = offX * offX + offY * offY;
    if (distance < nearest) {
      nearest = distance;
      along = (index + t) / segmentCount;
      across = Math.sqrt(distance) * (dx * offY - dy * offX < 0 ? -1 : 1);
    }
  }
  return { along, across };
}

/** Paints one stroke, centered on its position. Changes the canvas and the height of the paint. */
export function paintStroke(oil: OilCanvas, stroke: Stroke, flow: FlowField): void {
  const { canvas, paintHeight } = oil;
  const path = tracePath(stroke, flow);
  const reach = stroke.widthPx / 2 + 1;
  let left = Number.POSITIVE_INFINITY;
  let right = Number.NEGATIVE_INFINITY;
  let top = Number.POSITIVE_INFINITY;
  let bottom = Number.NEGATIVE_INFINITY;
  for (let index = 0; index < path.length; index += 2) {
    left = Math.min(left, path[index] as number);
    right = Math.max(right, path[index] as number);
    top = Math.min(top, path[index + 1] as number);
    bottom = Math.max(bottom, path[index + 1] as number);
  }
  const lastX = Math.min(canvas.widthPx - 1, Math.ceil(right + reach));
  const lastY = Math.min(canvas.heightPx - 1, Math.ceil(bottom + reach));
  for (let y = Math.max(0, Math.floor(top - reach)); y <= lastY; y++)
    for (let x = Math.max(0, Math.floor(left - reach)); x <= lastX; x++) {
      const { along, across } = placeInStroke(path, x, y);
      // Full width in the first half, then thinner toward the end.
      const taper = Math.sqrt(smoothstep(0, 0.12, along)) * (1 - 0.75 * smoothstep(0.5, 1, along));
      const halfWidth = (stroke.widthPx / 2) * taper;
      const side = Math.abs(across) / Math.max(halfWidth, 0.01);
      if (side >= 1) continue;
      const bristle = gradientNoise(across * 0.45, along * 2.5, stroke.seed);
      // The brush runs dry: toward the end, only the fullest bristles leave paint.
      const wet = smoothstep(-0.2, 0.25, bristle + 1.25 - 1.3 * along);
      const alpha = stroke.load * wet * smoothstep(1, 0.7, side) * smoothstep(1, 0.92, along);
      if (alpha < 0.01) continue;
      blendPixel(canvas, x, y, varyColor(stroke.paint, stroke.streakiness * bristle), alpha);
      const ridge = 0.55 + 0.45 * bristle + 0.6 * smoothstep(0.4, 0.85, side);
      const index = y * canvas.widthPx + x;
      const under = paintHeight[index] as number;
      paintHeight[index] = under + (ridge * Math.min(stroke.widthPx / 6, 3) + 0.25 * under - under) * alpha;
    }
}
