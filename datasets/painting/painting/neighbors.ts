/** Finds nearby places without searching all of them. @module */

/** Returns the indexes of places near a point: a superset of those within the reach of the index. */
export type NeighborFinder = (x: number, y: number) => readonly number[];

/** Sorts places into square bins of side `reach`, so that one bin has all places within `reach` of a point in it. */
export function indexNeighbors(places: readonly { x: number; y: number }[], reach: number): NeighborFinder {
  const bins = new Map<number, number[]>();
  const binOf = (column: number, row: number): number => (row + 512) * 4096 + column + 512;
  for (const [index, { x, y }] of places.entries()) {
    const column = Math.floor(x / reach);
    const row = Math.floor(y / reach);
    // Add every place to its own bin and the eight around it, so that a lookup reads a single bin.
    for (let down = -1; down <= 1; down++)
      for (let over = -1; over <= 1; over++) {
        const key = binOf(column + over, row + down);
        const bin = bins.get(key);
        if (bin === undefined) bins.set(key, [index]);
        else bin.push(index);
      }
  }
  const none: readonly number[] = [];
  return (x, y) => bins.get(binOf(Math.floor(x / reach), Math.floor(y / reach))) ?? none;
}
