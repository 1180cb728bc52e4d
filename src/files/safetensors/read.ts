/** Reads safetensors files: a JSON header followed by raw little-endian tensors. @module */
import { WildstyleError } from '../../errors.js';
import { bytesPerElement, type Dtype, float16Values } from './dtype.js';

export interface SafetensorsFile {
  readonly metadata: Readonly<Record<string, string>>;
  readonly shapes: Readonly<Record<string, readonly number[]>>;
  /** Converts a tensor to float32 and returns a copy. @throws `weights-invalid` if there is no tensor with that name */
  readonly read: (name: string) => Float32Array;
}

interface Entry {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

const maximumHeaderBytes = 100e6;

/**
 * Opens a safetensors file in memory. Tensors must be F32, F16 or BF16.
 * @throws `weights-invalid` if the header is missing or malformed, offsets are out of bounds or overlap, a dtype is not
 *   supported, or a size does not match its shape
 */
export function openSafetensors(bytes: Uint8Array): SafetensorsFile {
  refusePickle(bytes);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.byteLength < 8) {
    throw invalid(`it is not a safetensors file: it has only ${bytes.byteLength} bytes`);
  }
  const headerBytes = Number(view.getBigUint64(0, true));
  if (headerBytes < 2 || headerBytes > Math.min(maximumHeaderBytes, bytes.byteLength - 8)) {
    throw invalid(
      `it is not a safetensors file: its header length is ${headerBytes} in a file of ${bytes.byteLength} bytes`,
    );
  }
  const header = parseHeader(bytes.subarray(8, 8 + headerBytes));
  const { __metadata__: metadata = {}, ...tensors } = header as Record<string, unknown>;
  if (!isObject(metadata)) throw invalid('its __metadata__ is not an object');
  const body = bytes.subarray(8 + headerBytes);
  const entries = new Map<string, Entry>();
  for (const [name, entry] of Object.entries(tensors))
    entries.set(name, checkEntry(name, entry, body.byteLength));
  checkOverlaps(entries);
  return {
    metadata: metadata as Record<string, string>,
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
      cure: 'Convert it in Python: safetensors.torch.save_file(torch.load("vgg19.pth"), "vgg19.safetensors").',
    },
  );
}

function parseHeader(bytes: Uint8Array): object {
  try {
    const header: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    if (isObject(header)) return header;
  } catch {
    // Falls through: all malformed headers get the same error.
  }
  throw invalid('its header is not a JSON object');
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function checkEntry(name: string, value: unknown, bodyBytes: number): Entry {
  const { dtype, shape, data_offsets: offsets } = (value ?? {}) as Partial<Entry>;
  if (typeof dtype !== 'string' || !Object.hasOwn(bytesPerElement, dtype)) {
    throw invalid(`tensor "${name}" has dtype ${String(dtype)}; only F32, F16 and BF16 are supported`);
  }
  const whole = (numbers: unknown): numbers is number[] =>
    Array.isArray(numbers) && numbers.every((n) => Number.isSafeInteger(n) && n >= 0);
  if (!whole(shape) || !whole(offsets) || offsets.length !== 2) {
    throw invalid(`tensor "${name}" has an invalid shape or invalid offsets`);
  }
  const [begin, end] = offsets as [number, number];
  const expected = shape.reduce((size, dimension) => size * dimension, 1) * bytesPerElement[dtype];
  if (end > bodyBytes || end - begin !== expected) {
    throw invalid(
      `tensor "${name}" should have ${expected} bytes, but its offsets are ${begin} to ${end} of ${bodyBytes}`,
    );
  }
  return { dtype, shape, data_offsets: [begin, end] };
}

/** Rejects overlapping tensors, which the format forbids. */
function checkOverlaps(entries: ReadonlyMap<string, Entry>): void {
  let [last, end] = ['', 0];
  const inOrder = [...entries].sort(
    ([, a], [, b]) => a.data_offsets[0] - b.data_offsets[0] || a.data_offsets[1] - b.data_offsets[1],
  );
  for (const [name, { data_offsets: offsets }] of inOrder) {
    if (offsets[0] < end) throw invalid(`tensors "${last}" and "${name}" overlap at byte ${offsets[0]}`);
    [last, end] = [name, offsets[1]];
  }
}

function invalid(what: string): WildstyleError {
  return new WildstyleError('weights-invalid', `The weights file cannot be used: ${what}.`, {
    cure: 'Download the file again and check its SHA-256. It must be a safetensors file.',
  });
}

function toFloat32(dtype: Dtype, bytes: Uint8Array): Float32Array {
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
