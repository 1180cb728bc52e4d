/** Linear algebra of the initialization: channels that span the others, and least squares. @module */

/** A symmetric matrix or a table of rows, row-major. */
export type Matrix = Float64Array;

/**
 * Chooses the channels from which the others are best reconstructed linearly, one after the other: a Cholesky
 * factorization whose pivot is the channel that explains most of what is left of all channels, each in units of its own
 * second moment.
 * @param moments second moments of the channels, `[size, size]`
 * @returns `count` channels, in the order they were chosen
 */
export function spanningChannels(moments: Matrix, size: number, count: number): number[] {
  const left = Float64Array.from({ length: size }, (_, i) => moments[i * size + i]);
  const columns: Float64Array[] = [];
  const chosen: number[] = [];
  while (chosen.length < count) {
    // What choosing a channel explains of all channels, in units of each channel's own variance.
    let [best, gain] = [-1, -1];
    for (let j = 0; j < size; j++) {
      if (chosen.includes(j) || left[j] <= 1e-9 * (moments[j * size + j] || 1)) continue;
      let explained = 0;
      for (let i = 0; i < size; i++) {
        let remaining = moments[i * size + j];
        for (const column of columns) remaining -= column[i] * column[j];
        explained += remaining ** 2 / (left[j] * (moments[i * size + i] || 1));
      }
      if (explained > gain) [best, gain] = [j, explained];
    }
    if (best < 0) best = left.findIndex((_, i) => !chosen.includes(i));
    const column = new Float64Array(size);
    const root = Math.sqrt(Math.max(left[best], 1e-12));
    for (let i = 0; i < size; i++) {
      let remaining = moments[i * size + best];
      for (const earlier of columns) remaining -= earlier[i] * earlier[best];
      column[i] = remaining / root;
    }
    for (let i = 0; i < size; i++) left[i] = Math.max(0, left[i] - column[i] ** 2);
    columns.push(column);
    chosen.push(best);
  }
  return chosen;
}

/**
 * Solves `(a + ridge I) x = b` for a positive semidefinite matrix.
 * @param a `[size, size]`
 * @param b `[size, columns]`
 * @param ridge relative to the mean of the diagonal
 * @returns `[size, columns]`
 */
export function solveSymmetric(a: Matrix, b: Matrix, size: number, columns: number, ridge = 1e-4): Matrix {
  const l = Float64Array.from(a);
  let trace = 0;
  for (let i = 0; i < size; i++) trace += a[i * size + i];
  for (let i = 0; i < size; i++) l[i * size + i] += (ridge * trace) / size + 1e-12;
  for (let j = 0; j < size; j++) {
    for (let i = j; i < size; i++) {
      let sum = l[i * size + j];
      for (let k = 0; k < j; k++) sum -= l[i * size + k] * l[j * size + k];
      l[i * size + j] = i === j ? Math.sqrt(Math.max(sum, 1e-12)) : sum / l[j * size + j];
    }
  }
  const x = Float64Array.from(b);
  for (let i = 0; i < size; i++) {
    for (let k = 0; k < i; k++) {
      for (let c = 0; c < columns; c++) x[i * columns + c] -= l[i * size + k] * x[k * columns + c];
    }
    for (let c = 0; c < columns; c++) x[i * columns + c] /= l[i * size + i];
  }
  for (let i = size - 1; i >= 0; i--) {
    for (let k = i + 1; k < size; k++) {
      for (let c = 0; c < columns; c++) x[i * columns + c] -= l[k * size + i] * x[k * columns + c];
    }
    for (let c = 0; c < columns; c++) x[i * columns + c] /= l[i * size + i];
  }
  return x;
}
