/** Ridge classification in closed form: small, deterministic, no training loop. @module */
import { WildstyleError } from '../errors.js';

/** A linear classifier of standardized features. */
export interface Linear {
  /** `[class][feature]` */
  readonly weights: readonly Float64Array[];
  readonly bias: readonly number[];
}

/** The products of all examples with each other, the bias included: `[i * count + j]`. */
export function productsOf(features: readonly Float64Array[]): Float64Array {
  const [n, d] = [features.length, features[0].length];
  const products = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      const [a, b] = [features[i], features[j]];
      let sum = 1;
      for (let k = 0; k < d; k++) sum += a[k] * b[k];
      products[i * n + j] = sum;
      products[j * n + i] = sum;
    }
  }
  return products;
}

/**
 * Fits one-hot targets with a quadratic penalty on the weights, in the dual: it solves a system of the size of the number of
 * examples (Saunders et al. 1998). Every class weighs the same.
 * @param penalty relative to the number of features
 * @param rows the examples to fit. Default: all
 * @param products those of all examples; see {@link productsOf}
 */
export function fitRidge(
  features: readonly Float64Array[],
  labels: readonly number[],
  classes: number,
  penalty: number,
  rows: readonly number[] = features.map((_, i) => i),
  products: Float64Array = productsOf(features),
): Linear {
  const [n, d] = [rows.length, features[0].length];
  const own = rows.map((row) => labels[row]);
  const counts = Array.from({ length: classes }, (_, c) => own.filter((label) => label === c).length);
  // Example weights enter the diagonal.
  const kernel = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) kernel[i * n + j] = products[rows[i] * features.length + rows[j]];
    kernel[i * n + i] += (penalty * d * classes * counts[own[i]]) / n;
  }
  const lower = cholesky(kernel, n);
  const weights: Float64Array[] = [];
  const bias: number[] = [];
  for (let c = 0; c < classes; c++) {
    const target = Float64Array.from(own, (label) => (label === c ? 1 : 0) - 1 / classes);
    const dual = solve(lower, target, n);
    const weight = new Float64Array(d);
    for (let i = 0; i < n; i++) for (let k = 0; k < d; k++) weight[k] += dual[i] * features[rows[i]][k];
    weights.push(weight);
    bias.push(dual.reduce((sum, value) => sum + value, 0));
  }
  return { weights, bias };
}

/** The score of each class. */
export function scoresOf({ weights, bias }: Linear, features: Float64Array): number[] {
  return weights.map((weight, c) => {
    let sum = bias[c];
    for (let k = 0; k < weight.length; k++) sum += weight[k] * features[k];
    return sum;
  });
}

/** Probabilities of scores. @param sharpness the inverse temperature */
export function softmax(scores: readonly number[], sharpness: number): number[] {
  const largest = Math.max(...scores);
  const powers = scores.map((score) => Math.exp(sharpness * (score - largest)));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / sum);
}

function cholesky(matrix: Float64Array, n: number): Float64Array {
  const lower = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i * n + j];
      for (let k = 0; k < j; k++) sum -= lower[i * n + k] * lower[j * n + k];
      if (i !== j) lower[i * n + j] = sum / lower[j * n + j];
      else if (sum > 0) lower[i * n + i] = Math.sqrt(sum);
      else throw new WildstyleError('internal', 'The kernel of the probe is not positive.');
    }
  }
  return lower;
}

function solve(lower: Float64Array, target: Float64Array, n: number): Float64Array {
  const x = Float64Array.from(target);
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) x[i] -= lower[i * n + k] * x[k];
    x[i] /= lower[i * n + i];
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) x[i] -= lower[k * n + i] * x[k];
    x[i] /= lower[i * n + i];
  }
  return x;
}
