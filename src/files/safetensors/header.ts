/** Parses the header of a safetensors file, without its tensors. @module */
import { WildstyleError } from '../../errors.js';
import { bytesPerElement, type Dtype } from './dtype.js';

/** A tensor in the file. */
export interface SafetensorsEntry {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  /** Begin and end in bytes, counted from the end of the header. */
  readonly data_offsets: readonly [number, number];
}

export interface SafetensorsHeader {
  readonly metadata: Readonly<Record<string, string>>;
  readonly entries: ReadonlyMap<string, SafetensorsEntry>;
  /** Where the tensors begin in the file, in bytes. */
  readonly bodyOffset: number;
}

type Entry = SafetensorsEntry;

const maximumHeaderBytes = 100e6;
/** The largest networks have a few thousand. */
const maximumTensors = 20_000;

/**
 * Reads where the header ends.
 * @param bytes the beginning of the file, at least eight bytes
 * @param fileBytes the size of the file
 * @throws `weights-invalid` if the file cannot be a safetensors file
 */
export function bodyOffsetOf(bytes: Uint8Array, fileBytes: number): number {
  if (bytes.byteLength < 8) {
    throw invalid(`it is not a safetensors file: it has only ${bytes.byteLength} bytes`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerBytes = Number(view.getBigUint64(0, true));
  if (headerBytes < 2 || headerBytes > Math.min(maximumHeaderBytes, fileBytes - 8)) {
    throw invalid(
      `it is not a safetensors file: its header length is ${headerBytes} in a file of ${fileBytes} bytes`,
    );
  }
  return 8 + headerBytes;
}

/**
 * Parses and checks the header. Tensors must be F32, F16 or BF16.
 * @param bytes the beginning of the file, at least the whole header
 * @param fileBytes the size of the file
 * @throws `weights-invalid` if the header is missing or malformed, offsets are out of bounds or overlap, a dtype is not
 *   supported, or a size does not match its shape
 */
export function parseSafetensorsHeader(bytes: Uint8Array, fileBytes: number): SafetensorsHeader {
  const bodyOffset = bodyOffsetOf(bytes, fileBytes);
  const header = parseHeader(bytes.subarray(8, bodyOffset));
  const { __metadata__: metadata = {}, ...tensors } = header as Record<string, unknown>;
  if (!isObject(metadata)) throw invalid('its __metadata__ is not an object');
  const count = Object.keys(tensors).length;
  if (count > maximumTensors) throw invalid(`it has ${count} tensors, more than ${maximumTensors}`);
  const entries = new Map<string, Entry>();
  for (const [name, entry] of Object.entries(tensors))
    entries.set(name, checkEntry(name, entry, fileBytes - bodyOffset));
  checkOverlaps(entries);
  return { metadata: metadata as Record<string, string>, entries, bodyOffset };
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

/** The error for a file that is not a valid safetensors file. */
export function invalid(what: string): WildstyleError {
  return new WildstyleError('weights-invalid', `The weights file cannot be used: ${what}.`, {
    cure: 'Download the file again and check its SHA-256. It must be a safetensors file.',
  });
}
