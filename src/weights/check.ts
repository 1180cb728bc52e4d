/** Says what a weights file is. @module */
import { sha256OfFile } from '../files/digest.js';
import { convolutionsIn, networkIn } from './convolutions.js';
import { readTensors } from './pack.js';
import { compactTensorsIn, packagedWeightsPath } from './packaged.js';
import { publishedWeights } from './published.js';
import { withFileSource } from './tensors/byte-source.js';
import { openTensorFile, type TensorFormat } from './tensors/tensor-file.js';
import { checkValues, originOf } from './verify.js';

export interface CheckedWeights {
  readonly file: string;
  readonly format: TensorFormat;
  readonly bytes: number;
  readonly sha256: string;
  /** Whether the digest is that of a published file. */
  readonly isPublishedFile: boolean;
  readonly tensors: number;
  /** The network whose convolutions are in the file. */
  readonly network: string | null;
  /** Where the values come from, if they are those of a known file. */
  readonly origin: string | null;
  /** The element types of the convolutions. */
  readonly dtypes: readonly string[];
  readonly preprocess: string | null;
  /** What the file says about itself. */
  readonly license: string | null;
  readonly attribution: string | null;
}

/**
 * Reads a file and checks every value of the network in it.
 * @throws `weights-missing`, `weights-invalid`
 */
export async function checkWeights(path: string, known = publishedWeights): Promise<CheckedWeights> {
  return withFileSource(path, async (source) => {
    const file = await openTensorFile(source);
    const found = networkIn(file, known);
    const compact = found === undefined ? compactTensorsIn(file) : undefined;
    const needed = found === undefined ? (compact ?? []) : convolutionsIn(file, known[found]);
    const tensors = await readTensors(source, needed);
    checkValues(tensors);
    const origin = found === undefined ? undefined : originOf(tensors, known[found]);
    const sha256 = await sha256OfFile(path);
    const isPackaged = compact !== undefined && sha256 === (await packagedSha256('compact'));
    const published = Object.values(known).flatMap(({ files }) => files);
    return {
      file: path,
      format: file.format,
      bytes: source.sizeBytes,
      sha256,
      isPublishedFile: published.some((candidate) => candidate.sha256 === sha256),
      tensors: file.tensors.size,
      network: compact ? 'compact' : (found ?? null),
      origin: isPackaged ? 'this package' : (origin?.name ?? null),
      dtypes: [...new Set(needed.map(({ place }) => place.dtype))],
      preprocess: found === undefined ? null : (file.metadata.preprocess ?? origin?.preprocess ?? null),
      license: file.metadata.license ?? null,
      attribution: file.metadata.attribution ?? null,
    };
  });
}

async function packagedSha256(network: string): Promise<string | undefined> {
  const path = packagedWeightsPath(network);
  return path && sha256OfFile(path);
}
