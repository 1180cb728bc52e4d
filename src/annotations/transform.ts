/** Moves annotated objects along with their image, and clips them to it. @module */
import type { ImageShape } from '../images/fit.js';
import { type Affine, apply, inverse } from '../images/geometry/affine.js';
import type { AnnotatedObject, Box } from './object.js';
import { decodeRle, encodeRle, type Mask } from './rle.js';

/** An object in a decoded image. */
export interface PlacedObject extends AnnotatedObject {
  /** Of the mask or the outlines, or else of the box, in square pixels. */
  readonly area: number;
}

/** Narrower boxes vanish: nothing of the object can be seen. */
const leastEdgePx = 1;

/**
 * Maps an object into an image and clips it: boxes and outlines exactly (Sutherland & Hodgman 1974), masks to the nearest
 * pixel.
 * @returns undefined if it vanishes: less than a pixel of its box is in the image
 */
export function placeObject(
  object: AnnotatedObject,
  map: Affine,
  shape: ImageShape,
): PlacedObject | undefined {
  const bbox = clipBox(mapBox(object.bbox, map), shape);
  if (bbox[2] < leastEdgePx || bbox[3] < leastEdgePx) return undefined;
  const { polygons, rle, ...plain } = object;
  // A turned box has room in its corners: the outline or the mask says more.
  const isTurned = !keepsAxes(map);
  if (rle) {
    const mask = mapMask(decodeRle(rle), map, shape);
    const area = mask.data.reduce((sum, value) => sum + value, 0);
    const tight = (isTurned && boxOfMask(mask)) || bbox;
    return area === 0 ? undefined : { ...plain, bbox: tight, rle: encodeRle(mask), area };
  }
  if (!polygons || polygons.length === 0) return { ...plain, bbox, area: rounded(bbox[2] * bbox[3]) };
  const clipped = polygons
    .map((polygon) => clipPolygon(mapPolygon(polygon, map), shape))
    .filter((polygon) => polygon.length >= 6);
  const area = rounded(clipped.reduce((sum, polygon) => sum + areaOf(polygon), 0));
  if (area === 0) return undefined;
  const outlines = clipped.map((polygon) => polygon.map(rounded));
  return { ...plain, bbox: isTurned ? boxOfPoints(outlines.flat()) : bbox, polygons: outlines, area };
}

/** Whether a map keeps horizontal and vertical lines so, or swaps them. */
function keepsAxes({ xx, xy, yx, yy }: Affine): boolean {
  return (xy === 0 && yx === 0) || (xx === 0 && yy === 0);
}

/** The smallest box around points: x and y in turn. */
function boxOfPoints(points: readonly number[]): Box {
  const [xs, ys] = [0, 1].map((axis) => points.filter((_, i) => i % 2 === axis));
  const [left, top] = [Math.min(...xs), Math.min(...ys)];
  return [left, top, rounded(Math.max(...xs) - left), rounded(Math.max(...ys) - top)];
}

/** Two decimals: 1/100 of a pixel. */
function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}

function mapBox([x, y, width, height]: Box, map: Affine): Box {
  const corners = [x, x + width].flatMap((right) => [y, y + height].map((down) => apply(map, right, down)));
  const [xs, ys] = [0, 1].map((axis) => corners.map((corner) => corner[axis]));
  const [left, top] = [Math.min(...xs), Math.min(...ys)];
  return [left, top, Math.max(...xs) - left, Math.max(...ys) - top];
}

function clipBox([x, y, width, height]: Box, { widthPx, heightPx }: ImageShape): Box {
  const [left, top] = [Math.max(0, x), Math.max(0, y)];
  const [right, bottom] = [Math.min(widthPx, x + width), Math.min(heightPx, y + height)];
  return [rounded(left), rounded(top), rounded(right - left), rounded(bottom - top)];
}

function mapPolygon(polygon: readonly number[], map: Affine): number[] {
  const mapped: number[] = [];
  for (let i = 0; i + 1 < polygon.length; i += 2) mapped.push(...apply(map, polygon[i], polygon[i + 1]));
  return mapped;
}

function clipPolygon(polygon: readonly number[], { widthPx, heightPx }: ImageShape): number[] {
  let clipped = [...polygon];
  for (const [axis, bound, side] of [
    [0, 0, 1],
    [0, widthPx, -1],
    [1, 0, 1],
    [1, heightPx, -1],
  ])
    clipped = clipSide(clipped, axis, bound, side);
  return clipped;
}

/** Keeps what is on one side of an axis-parallel line. @param side 1 for larger coordinates, -1 for smaller ones */
function clipSide(polygon: readonly number[], axis: number, bound: number, side: number): number[] {
  const kept: number[] = [];
  const count = polygon.length / 2;
  const depth = (i: number) => (polygon[2 * i + axis] - bound) * side;
  for (let i = 0; i < count; i++) {
    const before = (i + count - 1) % count;
    const [from, to] = [depth(before), depth(i)];
    if (from < 0 !== to < 0) {
      const share = from / (from - to);
      for (const c of [0, 1])
        kept.push(
          c === axis
            ? bound
            : polygon[2 * before + c] + share * (polygon[2 * i + c] - polygon[2 * before + c]),
        );
    }
    if (to >= 0) kept.push(polygon[2 * i], polygon[2 * i + 1]);
  }
  return kept;
}

/** Shoelace formula. */
function areaOf(polygon: readonly number[]): number {
  let twice = 0;
  for (let i = 0; i < polygon.length; i += 2) {
    const next = (i + 2) % polygon.length;
    twice += polygon[i] * polygon[next + 1] - polygon[next] * polygon[i + 1];
  }
  return Math.abs(twice) / 2;
}

/** Gives every pixel of the image the value at its center. */
export function mapMask({ data, widthPx, heightPx }: Mask, map: Affine, shape: ImageShape): Mask {
  const back = inverse(map);
  const mapped = new Uint8Array(shape.widthPx * shape.heightPx);
  for (let y = 0; y < shape.heightPx; y++) {
    for (let x = 0; x < shape.widthPx; x++) {
      const [sourceX, sourceY] = apply(back, x + 0.5, y + 0.5).map(Math.floor);
      const isInside = sourceX >= 0 && sourceY >= 0 && sourceX < widthPx && sourceY < heightPx;
      if (isInside) mapped[y * shape.widthPx + x] = data[sourceY * widthPx + sourceX];
    }
  }
  return { data: mapped, ...shape };
}

/** The smallest box around a mask; undefined if it is empty. */
export function boxOfMask({ data, widthPx }: Mask): Box | undefined {
  let [left, top, right, bottom] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, -1, -1];
  for (const [index, value] of data.entries()) {
    if (value === 0) continue;
    const [x, y] = [index % widthPx, Math.floor(index / widthPx)];
    [left, top, right, bottom] = [
      Math.min(left, x),
      Math.min(top, y),
      Math.max(right, x),
      Math.max(bottom, y),
    ];
  }
  return right < 0 ? undefined : [left, top, right - left + 1, bottom - top + 1];
}
