/** The eight ways in which a picture can be mirrored and turned. @module */

/**
 * The orders of the cells of a square under mirroring and quarter turns, the first being that of the picture itself. Cells
 * are counted row by row.
 */
export function orientations(edge: number): readonly Uint8Array[] {
  const choices = [false, true];
  return choices.flatMap((isTransposed) =>
    choices.flatMap((isUpsideDown) =>
      choices.map((isMirrored) =>
        Uint8Array.from({ length: edge ** 2 }, (_, cell) => {
          const column = isMirrored ? edge - 1 - (cell % edge) : cell % edge;
          const row = isUpsideDown ? edge - 1 - Math.floor(cell / edge) : Math.floor(cell / edge);
          return isTransposed ? column * edge + row : row * edge + column;
        }),
      ),
    ),
  );
}
