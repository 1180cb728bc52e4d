/** Writes safetensors files: a JSON header followed by raw little-endian tensors. @module */
import { WildstyleError } from '../../errors.js';
import { asFloat16, bytesPerElement } from './dtype.js';

/** A float32 array and its shape, row-major. */
export interface ArrayOfShape {
  readonly data: Float32Array;
  readonly shape: readonly number[];
}

export interface SafetensorsOptions {
  /** The type of elements in the file. Half precision rounds to the nearest number. Default F32. */
  readonly dtype?: 'F32' | 'F16';
  /** Texts to store beside the tensors. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** The name of the header's entry for texts, which no tensor may have. */
const metadataName = '__metadata__';

/**
 * Returns the bytes of a file with the tensors in the given order. The header is padded, so that the tensors are aligned.
 * @throws `internal` if the data of a tensor does not fill its shape, or a tensor has the header's own name
 */
export function safetensorsBytes(
  tensors: Readonly<Record<string, ArrayOfShape>>,
  { dtype = 'F32', metadata }: SafetensorsOptions = {},
): Uint8Array<ArrayBuffer> {
  const header: Record<string, unknown> = metadata ? { [metadataName]: metadata } : {};
  let end = 0;
  for (const [name, { data, shape }] of Object.entries(tensors)) {
    check(name, data, shape);
    const begin = end;
    end += data.length * bytesPerElement[dtype];
    header[name] = { dtype, shape, data_offsets: [begin, end] };
  }
  const text = new TextEncoder().encode(JSON.stringify(header));
  const headerBytes = Math.ceil(text.length / 8) * 8;
  const file = new Uint8Array(8 + headerBytes + end);
  new DataView(file.buffer).setBigUint64(0, BigInt(headerBytes), true);
  file.fill(0x20, 8, 8 + headerBytes);
  file.set(text, 8);
  let offset = 8 + headerBytes;
  for (const { data } of Object.values(tensors)) {
    const { buffer } = dtype === 'F32' ? new Float32Array(data) : asFloat16(data);
    file.set(new Uint8Array(buffer), offset);
    offset += buffer.byteLength;
  }
  return file;
}

function check(name: string, data: Float32Array, shape: readonly number[]): void {
  const size = shape.reduce((product, dimension) => product * dimension, 1);
  if (data.length === size && name !== metadataName) return;
  throw new WildstyleError(
    'internal',
    `The tensor "${name}" of shape [${shape}] with ${data.length} elements cannot be written.`,
  );
}
