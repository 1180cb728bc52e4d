/**
 * `tf.train.Example` in the wire format of protocol buffers, framed as a record of a TFRecord file
 * (https://www.tensorflow.org/tutorials/load_data/tfrecord).
 * @module
 */
import { maskedCrc32c } from './crc32c.js';

/** The value of a feature: an integer, or bytes; text is UTF-8. */
export type FeatureValue = number | string | Uint8Array;

/** Encodes an example. @param features values by name; integers are at least 0 */
export function encodeExample(features: Readonly<Record<string, FeatureValue>>): Uint8Array {
  const entries = Object.entries(features).map(([name, value]) =>
    field(1, [...field(1, [Buffer.from(name)]), ...field(2, feature(value))]),
  );
  return Buffer.concat(field(1, entries.flat()));
}

/** Frames the bytes of a record: length, its checksum, bytes, their checksum. */
export function frameRecord(data: Uint8Array): Uint8Array[] {
  const head = Buffer.alloc(12);
  head.writeBigUInt64LE(BigInt(data.byteLength));
  head.writeUInt32LE(maskedCrc32c(head.subarray(0, 8)), 8);
  const foot = Buffer.alloc(4);
  foot.writeUInt32LE(maskedCrc32c(data));
  return [head, data, foot];
}

/** `Feature` is a list of bytes (1) or of integers (3), packed. */
function feature(value: FeatureValue): Uint8Array[] {
  if (typeof value === 'number') return field(3, field(1, [varint(value)]));
  return field(1, field(1, [typeof value === 'string' ? Buffer.from(value) : value]));
}

/** A field with a length: tag, length, content. */
function field(number: number, content: readonly Uint8Array[]): Uint8Array[] {
  const bytes = content.reduce((sum, piece) => sum + piece.byteLength, 0);
  return [varint((number << 3) | 2), varint(bytes), ...content];
}

function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  bytes.push(rest);
  return Uint8Array.from(bytes);
}
