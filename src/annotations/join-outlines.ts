/** Joins the outlines of an object, for formats in which an object has one. @module */

/**
 * Returns one outline that encloses what all of them enclose. Each is joined to those before it where they are closest, by a
 * line that goes there and back and so has no area.
 * @param outlines x and y in turn
 */
export function joinOutlines(outlines: readonly (readonly number[])[]): number[] {
  const [first = [], ...others] = outlines.map(pointsOf);
  return others.reduce(joined, first).flat();
}

type Point = readonly [x: number, y: number];

function pointsOf(outline: readonly number[]): Point[] {
  return Array.from({ length: outline.length >> 1 }, (_, i) => [outline[2 * i], outline[2 * i + 1]]);
}

function joined(one: readonly Point[], other: readonly Point[]): Point[] {
  let closest = { distance: Number.POSITIVE_INFINITY, from: 0, to: 0 };
  for (const [from, [x, y]] of one.entries()) {
    for (const [to, [otherX, otherY]] of other.entries()) {
      const distance = (x - otherX) ** 2 + (y - otherY) ** 2;
      if (distance < closest.distance) closest = { distance, from, to };
    }
  }
  const { from, to } = closest;
  return [...one.slice(0, from + 1), ...other.slice(to), ...other.slice(0, to + 1), ...one.slice(from)];
}
