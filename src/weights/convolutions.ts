/** Finds the convolutions of a network in a file of tensors. @module */
import { WildstyleError } from '../errors.js';
import { type PublishedWeights, publishedWeights } from './published.js';
import type { TensorFile, TensorPlace } from './tensors/tensor-file.js';

/** A tensor that a network needs, under torchvision's name. */
export interface NeededTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly place: TensorPlace;
}

/**
 * Names of the convolutions begin with one of these: torchvision's, those of a model for several GPUs, and those of the
 * convolutions saved alone.
 */
const prefixes = ['features.', 'module.features.', ''];

/**
 * Returns the convolutions of a network in order from the input.
 * @throws `weights-invalid` if one is missing or has another shape
 */
export function convolutionsIn(file: TensorFile, { title, tensors }: PublishedWeights): NeededTensor[] {
  const first = prefixes.find((prefix) => file.tensors.has(`${prefix}0.weight`)) ?? prefixes[0];
  return tensors.map(({ name, shape }) => {
    const place = file.tensors.get(name.replace(/^features\./, first));
    if (place?.shape.join() === shape.join()) return { name, shape, place };
    const what = place ? `is [${place.shape}], not [${shape}]` : 'is missing';
    throw new WildstyleError(
      'weights-invalid',
      `The file does not contain ${title}: tensor ${name} ${what}.`,
      {
        cure: `Use a file with ${title}'s convolutions under torchvision's names. wildstyle weights check FILE says what a file contains.`,
      },
    );
  });
}

/** The size of a network's convolutions in single precision, in bytes. */
export function convolutionBytes({ tensors }: Pick<PublishedWeights, 'tensors'>): number {
  return tensors.reduce(
    (sum, { shape }) => sum + 4 * shape.reduce((product, dimension) => product * dimension, 1),
    0,
  );
}

/**
 * Returns the network whose convolutions are in a file, the largest if there are several: the names and shapes of a small
 * one may all be in a larger one.
 */
export function networkIn(file: TensorFile, known = publishedWeights): string | undefined {
  const fits = Object.keys(known).filter((name) => {
    try {
      return convolutionsIn(file, known[name]).length > 0;
    } catch {
      return false;
    }
  });
  return fits.sort((a, b) => convolutionBytes(known[b]) - convolutionBytes(known[a]))[0];
}
