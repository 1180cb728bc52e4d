/** Checks the values of convolutions, by what can be known of them without a digest. @module */
import { WildstyleError } from '../errors.js';
import type { ArrayOfShape } from '../files/safetensors/write.js';
import type { Origin, PublishedWeights } from './published.js';

/** No weight or bias of a VGG network comes near this. Random bytes exceed it in half of all numbers. */
const maximumMagnitude = 1000;
/** More than three of the largest filters. A file with a hole has long runs of zeros. */
const maximumZeros = 1 << 14;

/**
 * Checks that all values are numbers of a plausible size, without holes.
 * @throws `weights-invalid` with the tensor and the value
 */
export function checkValues(tensors: Readonly<Record<string, ArrayOfShape>>): void {
  for (const [name, { data }] of Object.entries(tensors)) {
    let zeros = 0;
    for (let i = 0; i < data.length; i++) {
      if (!(Math.abs(data[i]) <= maximumMagnitude))
        throw invalid(`its tensor ${name} has the value ${data[i]} at index ${i}`);
      zeros = data[i] === 0 ? zeros + 1 : 0;
      if (zeros > maximumZeros)
        throw invalid(`its tensor ${name} has ${zeros} zeros in a row before index ${i}`);
    }
  }
}

/** Half precision has 11 bits, and the published values four decimals. */
const isNear = (value: number, published: number): boolean =>
  Math.abs(value - published) <= 0.51e-4 + Math.abs(published) * 2 ** -11;

/** Returns the origin whose first filter the weights have, if it is known. */
export function originOf(
  tensors: Readonly<Record<string, ArrayOfShape>>,
  { origins }: PublishedWeights,
): Origin | undefined {
  const { data } = tensors['features.0.weight'];
  return origins.find(({ firstFilter }) => firstFilter?.every((value, index) => isNear(data[index], value)));
}

/** The error for weights with values that cannot be right. */
export function invalid(what: string): WildstyleError {
  return new WildstyleError('weights-invalid', `The weights cannot be used: ${what}.`, {
    cure: 'Fetch or download the file again.',
  });
}
