/** Builds safetensors files for tests. @module */

export interface RawTensor {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

/** Little-endian bytes of float32 numbers. */
export const f32 = (values: readonly number[]): Uint8Array => {
  const view = new DataView(new ArrayBuffer(values.length * 4));
  for (const [i, value] of values.entries()) view.setFloat32(4 * i, value, true);
  return new Uint8Array(view.buffer);
};

/** Little-endian bytes of 16-bit patterns. */
export const u16 = (patterns: readonly number[]): Uint8Array => {
  const view = new DataView(new ArrayBuffer(patterns.length * 2));
  for (const [i, pattern] of patterns.entries()) view.setUint16(2 * i, pattern, true);
  return new Uint8Array(view.buffer);
};

/** A file with the given header and body, valid or not. */
export function fileOf(header: string, body: Uint8Array, headerBytes?: number | bigint): Uint8Array {
  const text = new TextEncoder().encode(header);
  const file = new Uint8Array(8 + text.length + body.length);
  new DataView(file.buffer).setBigUint64(0, BigInt(headerBytes ?? text.length), true);
  file.set(text, 8);
  file.set(body, 8 + text.length);
  return file;
}

/** A valid file with the tensors one after another. */
export function safetensorsOf(
  tensors: Readonly<Record<string, RawTensor>>,
  metadata?: Readonly<Record<string, string>>,
): Uint8Array {
  const header: Record<string, unknown> = metadata ? { __metadata__: metadata } : {};
  let offset = 0;
  for (const [name, { dtype, shape, bytes }] of Object.entries(tensors)) {
    header[name] = { dtype, shape, data_offsets: [offset, offset + bytes.length] };
    offset += bytes.length;
  }
  const body = new Uint8Array(offset);
  offset = 0;
  for (const { bytes } of Object.values(tensors)) {
    body.set(bytes, offset);
    offset += bytes.length;
  }
  return fileOf(JSON.stringify(header), body);
}
