/**
 * The probe: a classifier of the job's own originals, cross-validated. Each photograph is judged by the classifier that has not
 * seen it, so that it cannot be recognized from memory.
 * @module
 */
import { WildstyleError } from '../errors.js';
import type { DestroyedKind } from './destroyed.js';
import { fitRidge, type Linear, productsOf, scoresOf, softmax } from './ridge.js';

/** What is known of an original. */
export interface Example {
  readonly features: Float64Array;
  readonly label: string;
  /** Examples of one group are in one fold. */
  readonly fold: number;
}

/** A trained probe; plain data. */
export interface Probe {
  readonly classes: readonly string[];
  readonly means: readonly number[];
  readonly deviations: readonly number[];
  /** The inverse temperature of the probabilities. */
  readonly sharpness: number;
  /** One classifier for each fold: trained on the others. */
  readonly folds: readonly {
    readonly weights: readonly (readonly number[])[];
    readonly bias: readonly number[];
  }[];
  /** Share of originals that are recognized by the classifier that has not seen them; every class weighs the same. */
  readonly accuracy: number;
  readonly examples: number;
}

/** What stands for pictures without content, of any kind, among probabilities. */
export const nothing = '';

/**
 * The class of one kind of pictures without content. Each kind has its own, because a linear classifier cannot put what has no
 * texture and what has nothing but texture into one. No class of a job has a slash in its name.
 */
export const nothingOf = (kind: DestroyedKind): string => `/${kind}`;
const isNothing = (name: string): boolean => name.startsWith('/');

/** Number of folds. */
export const foldCount = 5;

const penalties = [0.01, 0.1, 1];
const sharpnesses = [2, 4, 8, 16, 32];

/**
 * Trains a probe. Penalty and temperature are those with the least cross-validated log loss.
 * @throws `gate-weak` if there is nothing to tell apart
 */
export function trainProbe(examples: readonly Example[]): Probe {
  const classes = [...new Set(examples.map(({ label }) => label))].sort();
  const labels = examples.map(({ label }) => classes.indexOf(label));
  const folds = [...new Set(examples.map(({ fold }) => fold))];
  const named = classes.flatMap((name, c) => (isNothing(name) ? [] : [c]));
  const isThin = named.some((c) => {
    const own = new Set(examples.flatMap(({ fold }, i) => (labels[i] === c ? [fold] : [])));
    return own.size < 2;
  });
  if (named.length < 2 || folds.length < 2 || isThin) {
    throw new WildstyleError(
      'gate-weak',
      `The probe cannot be trained: ${examples.length} originals in ${classes.length} classes are too few.`,
      { cure: 'Add originals, so that every class has about ten or more, or remove gate.' },
    );
  }
  const { means, deviations } = momentsOf(examples.map(({ features }) => features));
  const standardized = examples.map(({ features }) => standard(features, means, deviations));
  const products = productsOf(standardized);
  const fits = penalties.map((penalty) => {
    const linears = Array.from({ length: foldCount }, (_, fold) => {
      const rows = examples.flatMap((example, i) => (example.fold === fold ? [] : [i]));
      return fitRidge(standardized, labels, classes.length, penalty, rows, products);
    });
    const scores = standardized.map((features, i) => scoresOf(linears[examples[i].fold], features));
    const losses = sharpnesses.map((sharpness) =>
      scores.reduce((sum, row, i) => sum - Math.log(softmax(row, sharpness)[labels[i]] + 1e-12), 0),
    );
    const least = Math.min(...losses);
    return { linears, scores, least, sharpness: sharpnesses[losses.indexOf(least)] };
  });
  const best = fits.reduce((a, b) => (b.least < a.least ? b : a));
  const recalls = named.map((c) => {
    const own = best.scores.filter((_, i) => labels[i] === c);
    return own.filter((row) => row.indexOf(Math.max(...row)) === c).length / own.length;
  });
  return {
    classes,
    means: Array.from(means),
    deviations: Array.from(deviations),
    sharpness: best.sharpness,
    folds: best.linears.map(({ weights, bias }) => ({
      weights: weights.map((row) => Array.from(row)),
      bias,
    })),
    accuracy: recalls.reduce((sum, recall) => sum + recall, 0) / named.length,
    examples: examples.filter(({ label }) => !isNothing(label)).length,
  };
}

/** The probability of each class, by name, and that of {@link nothing}. @param fold that of the photograph */
export function probabilities(probe: Probe, features: Float64Array, fold: number): Record<string, number> {
  const { weights, bias } = probe.folds[fold];
  const linear: Linear = { weights: weights.map((row) => Float64Array.from(row)), bias };
  const scores = scoresOf(linear, standard(features, probe.means, probe.deviations));
  const values = softmax(scores, probe.sharpness);
  const found: Record<string, number> = { [nothing]: 0 };
  for (const [c, name] of probe.classes.entries()) {
    if (isNothing(name)) found[nothing] += values[c];
    else found[name] = values[c];
  }
  return found;
}

/** The number of classes of the job. */
export const classCountOf = ({ classes }: Probe): number => classes.filter((name) => !isNothing(name)).length;

function momentsOf(rows: readonly Float64Array[]) {
  const d = rows[0].length;
  const [means, deviations] = [new Float64Array(d), new Float64Array(d)];
  for (const row of rows) for (let k = 0; k < d; k++) means[k] += row[k] / rows.length;
  for (const row of rows) for (let k = 0; k < d; k++) deviations[k] += (row[k] - means[k]) ** 2 / rows.length;
  return { means, deviations: deviations.map((value) => Math.sqrt(value) || 1) };
}

function standard(
  features: Float64Array,
  means: ArrayLike<number>,
  deviations: ArrayLike<number>,
): Float64Array {
  // Features of a destroyed image may be far out: none may outvote all others.
  return features.map((value, k) => Math.max(-5, Math.min(5, (value - means[k]) / deviations[k])));
}
