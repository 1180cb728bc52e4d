/** Symmetric 3 x 3 matrices, as nine numbers row by row. @module */

export type Matrix = readonly number[];

/** The product of two matrices. */
export function product(a: Matrix, b: Matrix): Matrix {
  return Array.from({ length: 9 }, (_, i) => {
    const [row, column] = [Math.floor(i / 3), i % 3];
    return a[3 * row] * b[column] + a[3 * row + 1] * b[3 + column] + a[3 * row + 2] * b[6 + column];
  });
}

const transposed = (a: Matrix): Matrix => a.map((_, i) => a[3 * (i % 3) + Math.floor(i / 3)]);

/** Enough for double precision: three rotations a sweep, and convergence is quadratic. */
const sweeps = 8;

/** Eigenvalues, and eigenvectors as columns, by Jacobi's rotations (Golub & Van Loan, algorithm 8.4.3). */
export function eigen(symmetric: Matrix): { readonly values: readonly number[]; readonly vectors: Matrix } {
  let current = symmetric;
  let vectors: Matrix = [1, 0, 0, 0, 1, 0, 0, 0, 1];
  for (let sweep = 0; sweep < sweeps; sweep++) {
    for (const [p, q] of [
      [0, 1],
      [0, 2],
      [1, 2],
    ]) {
      const off = current[3 * p + q];
      if (off === 0) continue;
      const angle = 0.5 * Math.atan2(2 * off, current[4 * q] - current[4 * p]);
      const [c, s] = [Math.cos(angle), Math.sin(angle)];
      const rotation = [1, 0, 0, 0, 1, 0, 0, 0, 1];
      rotation[4 * p] = c;
      rotation[4 * q] = c;
      rotation[3 * p + q] = s;
      rotation[3 * q + p] = -s;
      current = product(product(transposed(rotation), current), rotation);
      vectors = product(vectors, rotation);
    }
  }
  return { values: [current[0], current[4], current[8]], vectors };
}

/** A function of a symmetric matrix: applied to its eigenvalues. */
export function functionOf(symmetric: Matrix, fn: (eigenvalue: number) => number): Matrix {
  const { values, vectors } = eigen(symmetric);
  const scaled = vectors.map((value, i) => value * fn(values[i % 3]));
  return product(scaled, transposed(vectors));
}
