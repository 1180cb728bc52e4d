/**
 * PyTorch's format before version 1.6, in which torchvision's VGG files still are: five pickles (a magic number, a version,
 * the system, the state dict, the keys of the storages), then each storage as a 64-bit count and its elements.
 * @module
 */
import type { ByteSource } from '../byte-source.js';
import type { TensorPlace } from '../tensor-file.js';
import { damaged, type PickleValue, unpickle } from './pickle.js';
import { PickleEndsEarly } from './pickle-reader.js';
import { placeOf, type Storage, type StoredTensor, stateDictRules, tensorsOf } from './state-dict.js';

const magicNumber = 0x1950a86a20f9469cfc6cn;
const version = 1001;
/** Enough for the pickles of hundreds of tensors, and of many thousands. */
const headSizes = [1 << 16, 1 << 22];

/**
 * Finds the tensors.
 * @throws `weights-invalid` if the file is damaged or contains more than tensors
 */
export async function openLegacy(source: ByteSource): Promise<Map<string, TensorPlace>> {
  const { tensors, keys, lengthBytes } = await readPickles(source);
  const storages = new Map([...tensors.values()].map(({ storage }) => [storage.key, storage]));
  const begins = storageOffsets(source, keys, storages, lengthBytes);
  const places = new Map<string, TensorPlace>();
  for (const [name, tensor] of tensors) {
    const begin = begins.get(tensor.storage.key);
    if (begin === undefined) throw damaged(`the tensor "${name}" has no data`);
    const place = placeOf(tensor, begin);
    if (place) places.set(name, place);
  }
  return places;
}

interface Pickles {
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  readonly keys: readonly PickleValue[];
  /** The size of the pickles, after which the storages begin. */
  readonly lengthBytes: number;
}

async function readPickles(source: ByteSource): Promise<Pickles> {
  const [short, long] = headSizes;
  try {
    return parsePickles(await source.read(0, short));
  } catch (error) {
    if (source.sizeBytes <= short || !(error instanceof PickleEndsEarly)) throw error;
    return parsePickles(await source.read(0, long));
  }
}

function parsePickles(head: Uint8Array): Pickles {
  let lengthBytes = 0;
  const next = (): PickleValue => {
    const unpickled = unpickle(head.subarray(lengthBytes), stateDictRules);
    lengthBytes += unpickled.lengthBytes;
    return unpickled.value;
  };
  if (next() !== magicNumber) throw damaged('it is a pickle, but not one of PyTorch');
  const found = next();
  if (found !== version) throw damaged(`its format has the version ${String(found)}, not ${version}`);
  const system = next();
  if (system instanceof Map && system.get('little_endian') === false)
    throw damaged('its numbers are big-endian');
  const tensors = tensorsOf(next());
  const keys = next();
  if (!Array.isArray(keys)) throw damaged('it has no list of storages');
  return { tensors, keys, lengthBytes };
}

function storageOffsets(
  source: ByteSource,
  keys: readonly PickleValue[],
  storages: ReadonlyMap<string, Storage>,
  begin: number,
): Map<string, number> {
  const offsets = new Map<string, number>();
  let offset = begin;
  for (const key of keys) {
    const storage = storages.get(String(key));
    if (!storage) throw damaged(`the storage ${String(key)} belongs to no tensor`);
    offsets.set(storage.key, offset + 8);
    offset += 8 + storage.elements * storage.elementBytes;
  }
  if (offset > source.sizeBytes)
    throw damaged(`it should have at least ${offset} bytes, but has ${source.sizeBytes}`);
  return offsets;
}
