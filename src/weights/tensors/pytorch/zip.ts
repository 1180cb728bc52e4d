/** The directory of a zip archive with stored entries, as PyTorch writes it, zip64 included (APPNOTE 6.3.10). @module */
import type { ByteSource } from '../byte-source.js';
import { damaged } from './pickle.js';

export interface ZipEntry {
  readonly name: string;
  readonly sizeBytes: number;
  readonly headerOffset: number;
  /** False if it is compressed or encrypted. */
  readonly isStored: boolean;
}

const endSignature = 0x06054b50;
const end64Signature = 0x06064b50;
const locator64Signature = 0x07064b50;
const entrySignature = 0x02014b50;
const localSignature = 0x04034b50;
const endBytes = 22;
const maximumCommentBytes = 0xffff;
const maximumDirectoryBytes = 64 << 20;
const full32 = 0xffffffff;

/**
 * Reads the names, sizes and offsets of all entries.
 * @throws `weights-invalid` if the archive is truncated or damaged
 */
export async function readDirectory(source: ByteSource): Promise<Map<string, ZipEntry>> {
  const { offset, lengthBytes } = await findDirectory(source);
  if (lengthBytes > maximumDirectoryBytes || offset + lengthBytes > source.sizeBytes)
    throw damaged('the directory of the zip archive is damaged');
  const view = viewOf(await source.read(offset, lengthBytes));
  const entries = new Map<string, ZipEntry>();
  for (let at = 0; at + 46 <= view.byteLength; ) {
    if (view.getUint32(at, true) !== entrySignature) break;
    const [nameBytes, extraBytes, commentBytes] = [28, 30, 32].map((field) =>
      view.getUint16(at + field, true),
    );
    const next = at + 46 + nameBytes + extraBytes + commentBytes;
    if (next > view.byteLength) throw damaged('the directory of the zip archive is truncated');
    const entry = parseEntry(view, at, nameBytes, extraBytes);
    entries.set(entry.name, entry);
    at = next;
  }
  return entries;
}

function parseEntry(view: DataView, at: number, nameBytes: number, extraBytes: number): ZipEntry {
  const name = Buffer.from(view.buffer, view.byteOffset + at + 46, nameBytes).toString('utf8');
  const isEncrypted = (view.getUint16(at + 8, true) & 1) !== 0;
  const isStored = !isEncrypted && view.getUint16(at + 10, true) === 0;
  // Fields that do not fit into 32 bits follow, in this order, in an extra field.
  const wide = wideFields(view, at + 46 + nameBytes, extraBytes);
  const field = (where: number) => {
    const value = view.getUint32(at + where, true);
    return value === full32 ? (wide.shift() ?? value) : value;
  };
  const sizeBytes = field(24);
  const storedBytes = field(20);
  const headerOffset = field(42);
  return { name, sizeBytes, headerOffset, isStored: isStored && sizeBytes === storedBytes };
}

function wideFields(view: DataView, begin: number, lengthBytes: number): number[] {
  for (let at = begin; at + 4 <= begin + lengthBytes; ) {
    const size = view.getUint16(at + 2, true);
    if (view.getUint16(at, true) === 1) {
      const count = Math.min(3, Math.floor(Math.min(size, begin + lengthBytes - at - 4) / 8));
      return Array.from({ length: count }, (_, i) => Number(view.getBigUint64(at + 4 + 8 * i, true)));
    }
    at += 4 + size;
  }
  return [];
}

async function findDirectory(source: ByteSource): Promise<{ offset: number; lengthBytes: number }> {
  const tailBytes = Math.min(source.sizeBytes, endBytes + maximumCommentBytes);
  const tailOffset = source.sizeBytes - tailBytes;
  const view = viewOf(await source.read(tailOffset, tailBytes));
  let at = view.byteLength - endBytes;
  while (at >= 0 && view.getUint32(at, true) !== endSignature) at--;
  if (at < 0) throw damaged('it is a zip archive without an end: it is truncated');
  const isWide = at >= 20 && view.getUint32(at - 20, true) === locator64Signature;
  if (!isWide) return { offset: view.getUint32(at + 16, true), lengthBytes: view.getUint32(at + 12, true) };
  const end64 = viewOf(await source.read(Number(view.getBigUint64(at - 12, true)), 56));
  if (end64.byteLength < 56 || end64.getUint32(0, true) !== end64Signature)
    throw damaged('the end of the zip archive is damaged');
  return { offset: Number(end64.getBigUint64(48, true)), lengthBytes: Number(end64.getBigUint64(40, true)) };
}

/**
 * Returns where the content of an entry begins.
 * @throws `weights-invalid` if there is none, or it is compressed or encrypted
 */
export async function dataOffset(
  source: ByteSource,
  { name, sizeBytes, headerOffset, isStored }: ZipEntry,
): Promise<number> {
  if (!isStored) throw damaged(`its entry ${name} is compressed or encrypted`);
  const header = viewOf(await source.read(headerOffset, 30));
  if (header.byteLength < 30 || header.getUint32(0, true) !== localSignature)
    throw damaged(`the header of ${name} is damaged`);
  const offset = headerOffset + 30 + header.getUint16(26, true) + header.getUint16(28, true);
  if (offset + sizeBytes > source.sizeBytes) throw damaged(`${name} is truncated`);
  return offset;
}

const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
