/** PyTorch's format since version 1.6: a zip archive with the pickle `NAME/data.pkl` and each storage as `NAME/data/KEY`. @module */
import type { ByteSource } from '../byte-source.js';
import type { TensorPlace } from '../tensor-file.js';
import { damaged, unpickle } from './pickle.js';
import { placeOf, stateDictRules, tensorsOf } from './state-dict.js';
import { dataOffset, readDirectory, type ZipEntry } from './zip.js';

const maximumPickleBytes = 16 << 20;

/**
 * Finds the tensors.
 * @throws `weights-invalid` if the file is damaged or contains more than tensors
 */
export async function openArchive(source: ByteSource): Promise<Map<string, TensorPlace>> {
  const entries = await readDirectory(source);
  const pickle = [...entries.keys()].find((name) => name === 'data.pkl' || /^[^/]+\/data\.pkl$/.test(name));
  if (pickle === undefined) throw damaged('it is a zip archive without data.pkl');
  const folder = pickle.slice(0, -'data.pkl'.length);
  if (entries.has(`${folder}constants.pkl`))
    throw damaged('it is a TorchScript program, which contains code instead of a state dict');
  const byteOrder = entries.get(`${folder}byteorder`);
  if (byteOrder && Buffer.from(await contentOf(source, byteOrder)).toString('latin1') !== 'little')
    throw damaged('its numbers are big-endian');

  const { value } = unpickle(await contentOf(source, entries.get(pickle) as ZipEntry), stateDictRules);
  const places = new Map<string, TensorPlace>();
  const begins = new Map<string, number>();
  for (const [name, tensor] of tensorsOf(value)) {
    const { key, elements, elementBytes } = tensor.storage;
    const entry = entries.get(`${folder}data/${key}`);
    if (!entry || entry.sizeBytes < elements * elementBytes)
      throw damaged(`the tensor "${name}" has no data, or too little`);
    const begin = begins.get(key) ?? (await dataOffset(source, entry));
    begins.set(key, begin);
    const place = placeOf(tensor, begin);
    if (place) places.set(name, place);
  }
  return places;
}

async function contentOf(source: ByteSource, entry: ZipEntry): Promise<Uint8Array> {
  if (entry.sizeBytes > maximumPickleBytes) throw damaged(`${entry.name} has ${entry.sizeBytes} bytes`);
  const bytes = await source.read(await dataOffset(source, entry), entry.sizeBytes);
  if (bytes.length !== entry.sizeBytes) throw damaged(`${entry.name} is truncated`);
  return bytes;
}
