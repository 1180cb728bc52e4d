/** Turns a PyTorch or safetensors file into a safetensors file with the convolutions alone. @module */
import { resolve } from 'node:path';
import { WildstyleError } from '../errors.js';
import { convolutionsIn, networkIn } from './convolutions.js';
import { publishTensors, readTensors } from './pack.js';
import { type PublishedWeights, publishedWeights } from './published.js';
import { withFileSource } from './tensors/byte-source.js';
import { openTensorFile, type TensorFile } from './tensors/tensor-file.js';
import { checkValues, originOf } from './verify.js';

export interface ConvertOptions {
  /** The file to write. */
  readonly out: string;
  /** Round to half precision. */
  readonly half?: boolean;
  /** Which pixels the network expects; by default known from the file or its values. */
  readonly preprocess?: string;
  readonly known?: Readonly<Record<string, PublishedWeights>>;
}

export interface Converted {
  readonly network: string;
  readonly title: string;
  /** Where the values come from; undefined if they are not those of a known file. */
  readonly origin: string | undefined;
  readonly preprocess: string;
  readonly bytes: number;
  readonly sha256: string;
}

/**
 * Converts a file.
 * @throws `weights-missing`, `weights-invalid`, `disk-full`, `output-unwritable`; `option-invalid` if input and output are
 *   the same file
 */
export async function convertWeights(
  path: string,
  { out, half = false, preprocess, known = publishedWeights }: ConvertOptions,
): Promise<Converted> {
  if (resolve(path) === resolve(out)) {
    const message = `The output ${out} is the input. Choose another file with --out.`;
    throw new WildstyleError('option-invalid', message);
  }
  return withFileSource(path, async (source) => {
    const file = await openTensorFile(source);
    const network = networkIn(file, known) ?? unknownNetwork(path, file, known);
    const spec = known[network];
    const needed = convolutionsIn(file, spec);
    const tensors = await readTensors(source, needed);
    checkValues(tensors);
    const origin = originOf(tensors, spec);
    const chosen = preprocess ?? file.metadata.preprocess ?? origin?.preprocess ?? 'rgb-imagenet';
    const isHalf = half || needed.every(({ place }) => place.dtype === 'F16');
    const stored = await publishTensors(out, tensors, { network, preprocess: chosen, half: isHalf });
    return { network, title: spec.title, origin: origin?.name, preprocess: chosen, ...stored };
  });
}

/** Explains why a file fits no network: what its first network lacks is the most useful hint. */
function unknownNetwork(
  path: string,
  file: TensorFile,
  known: Readonly<Record<string, PublishedWeights>>,
): never {
  const names = [...file.tensors.keys()].slice(0, 4).join(', ');
  const titles = Object.values(known).map(({ title }) => title);
  throw new WildstyleError(
    'weights-invalid',
    `${path} contains no known network (${titles.join(', ')}). It has ${file.tensors.size} tensors: ${names}, ...`,
    { cure: 'Use a file with the convolutions under the names of torchvision: features.0.weight, ...' },
  );
}
