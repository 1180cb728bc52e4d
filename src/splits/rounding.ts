/** Rounds a table of numbers so that its sums stay right, too. @module */

const tolerance = 1e-9;

/**
 * Rounds every number of a table up or down, so that every row keeps its sum, which must be a whole number, and the sum
 * of every column is rounded up or down: controlled rounding (Cox 1987, "A constructive procedure for unbiased
 * controlled rounding"), always to the nearer side instead of at random. So every result differs by less than one from
 * what was asked, in each cell and in each column.
 * @param table rows of equal length, no number below 0
 */
export function roundTable(table: readonly (readonly number[])[]): number[][] {
  const columns = table[0]?.length ?? 0;
  const totals = Array.from({ length: columns }, (_, j) => table.reduce((sum, row) => sum + row[j], 0));
  // A last row makes the sums of the columns whole.
  const whole = [...table, totals.map((total) => -total)].map((row) =>
    row.map((value) => Math.floor(value + tolerance)),
  );
  const rest = [...table, totals.map((total) => -total)].map((row, r) =>
    row.map((value, j) => snapped(value - whole[r][j])),
  );
  const open = new OpenCells(rest);
  for (let r = 0; r < rest.length; r++) {
    for (let j = open.columnOf(r, -1); j >= 0; j = open.columnOf(r, -1)) {
      const cycle = open.cycleFrom(r);
      // Only rounding errors leave a cell without a cycle.
      if (cycle) shift(rest, cycle);
      else rest[r][j] = Math.round(rest[r][j]);
    }
  }
  return table.map((row, r) => row.map((_, j) => whole[r][j] + rest[r][j]));
}

type Cell = readonly [row: number, column: number];

function snapped(value: number): number {
  if (value < tolerance) return 0;
  return value > 1 - tolerance ? 1 : value;
}

/** Adds and subtracts the same along a cycle, as little as makes one of its cells whole. */
function shift(rest: number[][], cycle: readonly Cell[]): void {
  const room = (sign: 1 | -1): number =>
    Math.min(
      ...cycle.map(([r, j], index) => ((index % 2 === 0 ? sign : -sign) > 0 ? 1 - rest[r][j] : rest[r][j])),
    );
  const [up, down] = [room(1), room(-1)];
  const amount = up <= down ? up : -down;
  for (const [index, [r, j]] of cycle.entries())
    rest[r][j] = snapped(rest[r][j] + (index % 2 === 0 ? amount : -amount));
}

/** The cells that are not whole yet. */
class OpenCells {
  /** For each column, its rows; closed ones are dropped when they come to the end. */
  readonly #rows: number[][];

  constructor(private readonly rest: readonly (readonly number[])[]) {
    const columns = rest[0]?.length ?? 0;
    this.#rows = Array.from({ length: columns }, (_, j) =>
      rest.flatMap((_, r) => (this.#isOpen(r, j) ? [r] : [])),
    );
  }

  #isOpen(r: number, j: number): boolean {
    return this.rest[r][j] > 0 && this.rest[r][j] < 1;
  }

  /** An open column of a row, other than one; -1 if there is none. */
  columnOf(r: number, other: number): number {
    return this.rest[r].findIndex((_, j) => j !== other && this.#isOpen(r, j));
  }

  #rowOf(j: number, other: number): number {
    const rows = this.#rows[j];
    while (rows.length > 0 && !this.#isOpen(rows[rows.length - 1], j)) rows.pop();
    for (let index = rows.length - 1; index >= 0; index--)
      if (rows[index] !== other && this.#isOpen(rows[index], j)) return rows[index];
    return -1;
  }

  /** Walks from a row along open cells, in turn within a row and within a column, until it comes back to either. */
  cycleFrom(start: number): Cell[] | undefined {
    const path: Cell[] = [];
    const rowsAt = new Map([[start, 0]]);
    const columnsAt = new Map<number, number>();
    for (let [r, last] = [start, -1]; ; ) {
      const j = this.columnOf(r, last);
      if (j < 0) return undefined;
      path.push([r, j]);
      const sameColumn = columnsAt.get(j);
      if (sameColumn !== undefined) return path.slice(sameColumn);
      columnsAt.set(j, path.length);
      const next = this.#rowOf(j, r);
      if (next < 0) return undefined;
      path.push([next, j]);
      const sameRow = rowsAt.get(next);
      if (sameRow !== undefined) return path.slice(sameRow);
      rowsAt.set(next, path.length);
      [r, last] = [next, j];
    }
  }
}
