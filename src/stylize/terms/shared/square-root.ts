/** Square roots of symmetric positive definite matrices by products alone. @module */
import * as tf from '@tensorflow/tfjs';

/**
 * Coefficients of the quintic polynomials that bring singular values from [0.001, 1] to 1 fastest (Amsel et al. 2025, "The
 * Polar Express", table 1). The last one repeats.
 */
const quintics = [
  [8.28721201814563, -23.595886519098837, 17.300387312530933],
  [4.107059111542203, -2.9478499167379106, 0.5448431082926601],
  [3.9486908534822946, -2.908902115962949, 0.5518191394370137],
  [3.3184196573706015, -2.488488024314874, 0.51004894012372],
  [2.300652019954817, -1.6689039845749494, 0.4188073119525673],
  [1.891301407787398, -1.2679958271945868, 0.37680408948524835],
  [1.875, -1.25, 0.375],
] as const;

/** With fewer, small variances are not found; with more, rounding errors grow. */
const iterations = 10;

/** A little more than the norm, so that rounding cannot bring an eigenvalue above 1, where the iteration diverges. */
const margin = 1.02;

/** The identity, `[1, size, size]`. */
export const identityMatrix = (size: number): tf.Tensor3D =>
  tf.reshape(tf.eye(size), [1, size, size]) as tf.Tensor3D;

/** The sum of the diagonal: `[batch]`. */
export const trace = (matrix: tf.Tensor3D): tf.Tensor1D =>
  tf.sum(tf.mul(matrix, identityMatrix(matrix.shape[1])), [1, 2]);

/**
 * The square root of each matrix and its inverse (a coupled Newton-Schulz iteration, Higham 2008, section 6.7).
 * @param matrices `[batch, n, n]`, symmetric, with eigenvalues above about 1e-8 of the largest
 */
export function squareRoots(matrices: tf.Tensor3D): { root: tf.Tensor3D; inverse: tf.Tensor3D } {
  const one = identityMatrix(matrices.shape[1]);
  const norm = tf.mul(tf.sqrt(tf.sum(tf.square(matrices), [1, 2], true)), margin);
  let root = tf.div(matrices, norm) as tf.Tensor3D;
  let inverse = tf.tile(one, [matrices.shape[0], 1, 1]);
  for (let i = 0; i < iterations; i++) {
    const [a, b, c] = quintics[Math.min(i, quintics.length - 1)];
    const product = tf.matMul(inverse, root);
    const square = tf.matMul(product, product);
    const factor = tf.add(tf.add(tf.mul(one, a), tf.mul(product, b)), tf.mul(square, c));
    root = tf.matMul(root, factor as tf.Tensor3D);
    inverse = tf.matMul(factor as tf.Tensor3D, inverse);
  }
  const scale = tf.sqrt(norm);
  return { root: tf.mul(root, scale), inverse: tf.div(inverse, scale) };
}
