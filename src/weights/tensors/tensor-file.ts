/** Opens files of tensors in any format that is known, reading only what says where the tensors are. @module */
import { WildstyleError } from '../../errors.js';
import type { Dtype } from '../../files/safetensors/dtype.js';
import { bodyOffsetOf, parseSafetensorsHeader } from '../../files/safetensors/header.js';
import type { ByteSource } from './byte-source.js';
import { openArchive } from './pytorch/archive.js';
import { openLegacy } from './pytorch/legacy.js';

/** Where a tensor is in a file. Its elements are row-major and little-endian. */
export interface TensorPlace {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly offset: number;
  readonly lengthBytes: number;
}

export type TensorFormat = 'safetensors' | 'PyTorch zip' | 'PyTorch legacy';

export interface TensorFile {
  readonly format: TensorFormat;
  readonly metadata: Readonly<Record<string, string>>;
  /** Tensors by name. Tensors of other element types than {@link Dtype} are left out. */
  readonly tensors: ReadonlyMap<string, TensorPlace>;
}

const headBytes = 1 << 16;

/**
 * Finds the tensors of a file.
 * @throws `weights-invalid` if it is in no known format, is damaged, or contains more than tensors
 */
export async function openTensorFile(source: ByteSource): Promise<TensorFile> {
  const head = await source.read(0, headBytes);
  if (isZip(head)) return { format: 'PyTorch zip', metadata: {}, tensors: await openArchive(source) };
  if (isPickle(head)) return { format: 'PyTorch legacy', metadata: {}, tensors: await openLegacy(source) };
  const other = describeOther(head);
  if (other) throw unknownFormat(source.name, other);
  return openSafetensorsFile(source, head);
}

async function openSafetensorsFile(source: ByteSource, head: Uint8Array): Promise<TensorFile> {
  const bodyOffset = bodyOffsetOf(head, source.sizeBytes);
  const whole = bodyOffset > head.length ? await source.read(0, bodyOffset) : head;
  const { metadata, entries } = parseSafetensorsHeader(whole, source.sizeBytes);
  const tensors = new Map<string, TensorPlace>();
  for (const [name, { dtype, shape, data_offsets: offsets }] of entries) {
    const [begin, end] = offsets;
    tensors.set(name, { dtype, shape, offset: bodyOffset + begin, lengthBytes: end - begin });
  }
  return { format: 'safetensors', metadata, tensors };
}

const isZip = (head: Uint8Array): boolean =>
  head[0] === 0x50 && head[1] === 0x4b && head[2] === 3 && head[3] === 4;

/** The first eight bytes of a safetensors file are a length, of which the last four are zero. */
const isPickle = (head: Uint8Array): boolean =>
  head[0] === 0x80 && head[1] >= 2 && head[1] <= 5 && head.subarray(4, 8).some((byte) => byte !== 0);

function describeOther(head: Uint8Array): string | undefined {
  const text = Buffer.from(head.buffer, head.byteOffset, Math.min(head.length, 512)).toString('latin1');
  if (text.slice(257, 262) === 'ustar') return 'a tar archive, as PyTorch wrote before version 0.1.10';
  if (/^\s*<(?:!doctype|html|\?xml)/i.test(text)) return 'a web page';
  if (text.startsWith('version https://git-lfs')) return 'a pointer of Git LFS, without the data';
  if (text.startsWith('\x89HDF')) return 'an HDF5 file, as Keras writes';
  if (text.startsWith('\x1f\x8b')) return 'compressed with gzip';
  return undefined;
}

function unknownFormat(name: string, what: string): WildstyleError {
  return new WildstyleError('weights-invalid', `${name} is ${what}, not a safetensors or PyTorch file.`, {
    cure: 'Give a safetensors file, or a .pth file with a state dict as torch.save writes it.',
  });
}
