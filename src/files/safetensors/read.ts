/** Reads safetensors files: a JSON header followed by raw little-endian tensors. @module */
import { WildstyleError } from '../../errors.js';
import { type Dtype, float16Values } from './dtype.js';
import { invalid, parseSafetensorsHeader } from './header.js';

export interface SafetensorsFile {
  readonly metadata: Readonly<Record<string, string>>;
  readonly shapes: Readonly<Record<string, readonly number[]>>;
  /** Converts a tensor to float32 and returns a copy. @throws `weights-invalid` if there is no tensor with that name */
  readonly read: (name: string) => Float32Array;
}

/**
 * Opens a safetensors file in memory. Tensors must be F32, F16 or BF16.
 * @throws `weights-invalid` if the header is missing or malformed, offsets are out of bounds or overlap, a dtype is not
 *   supported, or a size does not match its shape
 */
export function openSafetensors(bytes: Uint8Array): SafetensorsFile {
  refusePickle(bytes);
  const { metadata, entries, bodyOffset } = parseSafetensorsHeader(bytes, bytes.byteLength);
  const body = bytes.subarray(bodyOffset);
  return {
    metadata,
    shapes: Object.fromEntries([...entries].map(([name, { shape }]) => [name, shape])),
    read: (name) => {
      const entry = entries.get(name);
      if (!entry) throw invalid(`it has no tensor "${name}"`);
      return toFloat32(entry.dtype, body.subarray(...entry.data_offsets));
    },
  };
}

/** Rejects PyTorch files: zip archives or, from old versions, bare pickles. They contain code, which is never run. */
function refusePickle(bytes: Uint8Array): void {
  const isZip = bytes[0] === 0x50 && bytes[1] === 0x4b && bytes[2] === 3 && bytes[3] === 4;
  const isPickle = bytes[0] === 0x80 && bytes[1] >= 2 && bytes[1] <= 5;
  // The first eight bytes of a safetensors file are the header's length; the last four of them are zero.
  const isLength = bytes.subarray(4, 8).every((byte) => byte === 0);
  if (isLength || !(isZip || isPickle)) return;
  throw new WildstyleError(
    'weights-invalid',
    'The weights file is a PyTorch file (.pth, .pt), not a safetensors file.',
    {
      cure: 'Convert it to safetensors: wildstyle weights convert FILE.',
    },
  );
}

/** Converts raw little-endian elements to a new array of numbers in single precision. */
export function toFloat32(dtype: Dtype, bytes: Uint8Array): Float32Array {
  // Copy, because tensors need not be aligned to their element size. (Buffer's slice() does not copy.)
  const aligned = new Uint8Array(bytes).buffer;
  if (dtype === 'F32') return new Float32Array(aligned);
  const halves = new Uint16Array(aligned);
  const bits = new Uint32Array(halves.length);
  if (dtype === 'BF16') for (let i = 0; i < halves.length; i++) bits[i] = halves[i] << 16;
  else {
    const table = new Uint32Array(float16Values().buffer);
    for (let i = 0; i < halves.length; i++) bits[i] = table[halves[i]];
  }
  return new Float32Array(bits.buffer);
}
