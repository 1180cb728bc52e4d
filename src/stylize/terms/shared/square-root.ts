/** Square roots and polar factors of matrices by products alone. @module */
import * as tf from '@tensorflow/tfjs';

/**
 * Coefficients of the quintic polynomials that bring singular values from [0.001, 1] to 1 fastest (Amsel et al. 2025, "The
 * Polar Express", table 1).
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

/** The same for singular values from [0.00007, 1]: the third polynomial fits its own results and may be repeated. */
const widerQuintics = [...quintics.slice(0, 3), quintics[2], quintics[2], ...quintics.slice(3)];

/** A little more than the norm, so that rounding cannot bring an eigenvalue above 1, where the iteration diverges. */
const margin = 1.02;

/** The identity, `[1, size, size]`. */
export const identityMatrix = (size: number): tf.Tensor3D =>
  tf.reshape(tf.eye(size), [1, size, size]) as tf.Tensor3D;

/** The sum of the diagonal: `[batch]`. */
export const trace = (matrix: tf.Tensor3D): tf.Tensor1D =>
  tf.sum(tf.mul(matrix, identityMatrix(matrix.shape[1])), [1, 2]);

/** The norm of each matrix, `[batch, 1, 1]`, and a little more. */
const normOf = (matrices: tf.Tensor3D): tf.Tensor =>
  tf.mul(tf.sqrt(tf.sum(tf.square(matrices), [1, 2], true)), margin);

/** `a I + b P + c P^2` */
function quinticFactor([a, b, c]: readonly number[], product: tf.Tensor3D): tf.Tensor3D {
  const one = identityMatrix(product.shape[1]);
  const square = tf.matMul(product, product);
  return tf.add(tf.add(tf.mul(one, a), tf.mul(product, b)), tf.mul(square, c));
}

/**
 * The square root of each matrix and its inverse (a coupled Newton-Schulz iteration, Higham 2008, section 6.7).
 * @param matrices `[batch, n, n]`, symmetric, with eigenvalues above about 1e-6 of the norm
 */
export function squareRoots(matrices: tf.Tensor3D): { root: tf.Tensor3D; inverse: tf.Tensor3D } {
  const norm = normOf(matrices);
  let root = tf.div(matrices, norm) as tf.Tensor3D;
  let inverse: tf.Tensor3D | undefined;
  for (const quintic of quintics) {
    const factor = quinticFactor(quintic, inverse ? tf.matMul(inverse, root) : root);
    root = tf.matMul(root, factor);
    inverse = inverse ? tf.matMul(factor, inverse) : factor;
  }
  const scale = tf.sqrt(norm);
  return { root: tf.mul(root, scale), inverse: tf.div(inverse as tf.Tensor3D, scale) };
}

/**
 * The orthogonal factor of each matrix's polar decomposition: of `U S V^T`, it is `U V^T`.
 * @param matrices `[batch, n, n]`, with singular values above about 7e-5 of the norm. Those of smaller ones end below 1;
 *   none diverges
 */
export function polarFactors(matrices: tf.Tensor3D): tf.Tensor3D {
  let factors = tf.div(matrices, normOf(matrices)) as tf.Tensor3D;
  for (const quintic of widerQuintics) {
    const product = tf.matMul(factors, factors, true, false) as tf.Tensor3D;
    factors = tf.matMul(factors, quinticFactor(quintic, product));
  }
  return factors;
}
