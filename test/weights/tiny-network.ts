/** A small network and files of its weights in every format. @module */
import { safetensorsBytes } from '../../src/files/safetensors/write.js';
import { torchvisionConvolutions } from '../../src/stylize/networks/torchvision.js';
import { type PublishedWeights, vggTensors } from '../../src/weights/published.js';
import { type PickledTensor, Pickler } from './pickler.js';

export interface Tensor {
  readonly data: Float32Array;
  readonly shape: readonly number[];
}

const blocks = [[8, 8], [64, 64], [64]];

/** Numbers that look like weights. */
function values(size: number, seed: number): Float32Array {
  return Float32Array.from({ length: size }, (_, i) => Math.sin(seed + 1.7 * i) / 4);
}

function tensor(shape: readonly number[], seed: number): Tensor {
  return {
    data: values(
      shape.reduce((a, b) => a * b, 1),
      seed,
    ),
    shape,
  };
}

/** The convolutions under torchvision's names, in order. */
export const convolutions: Readonly<Record<string, Tensor>> = Object.fromEntries(
  torchvisionConvolutions(blocks).flatMap(({ name, inputs, outputs }, index) => [
    [`${name}.weight`, tensor([outputs, inputs, 3, 3], index)],
    [`${name}.bias`, tensor([outputs], 100 + index)],
  ]),
);

/** The convolutions with a classifier between them and at the end, larger than the gaps that are read, too. */
export const wholeModel: Readonly<Record<string, Tensor>> = (() => {
  const entries = Object.entries(convolutions);
  return Object.fromEntries([
    ...entries.slice(0, 4),
    ['classifier.0.weight', tensor([40, 1000], 7)],
    ...entries.slice(4),
    ['classifier.3.weight', tensor([90, 1000], 8)],
  ]);
})();

export const tiny: PublishedWeights = {
  title: 'Tiny',
  tensors: vggTensors(blocks),
  license: 'none',
  files: [],
  origins: [
    {
      name: 'tests',
      preprocess: 'rgb-imagenet',
      firstFilter: [...(Object.values(convolutions)[0]?.data.subarray(0, 9) ?? [])],
    },
  ],
};

/** The whole model as a safetensors file. */
export const modelFile: Uint8Array = safetensorsBytes(wholeModel);

const pickled = (tensors: Readonly<Record<string, Tensor>>): PickledTensor[] =>
  Object.entries(tensors).map(([name, { data, shape }], index) => ({
    name,
    shape,
    key: `${index}`,
    size: data.length,
  }));

const bytesOf = ({ data }: Tensor): Buffer => Buffer.from(data.buffer, data.byteOffset, data.byteLength);

/** The state dict in PyTorch's format before version 1.6. */
export function legacyFile(tensors: Readonly<Record<string, Tensor>> = wholeModel): Buffer {
  const system = new Pickler().emptyDictionary().stop();
  const list = pickled(tensors);
  // The order of the storages is not that of the tensors.
  const order = [...list].sort((a, b) => (a.key < b.key ? 1 : -1));
  const storages = order.flatMap(({ name }) => {
    const count = Buffer.alloc(8);
    count.writeBigUInt64LE(BigInt(tensors[name]?.data.length ?? 0));
    return [count, bytesOf(tensors[name] as Tensor)];
  });
  return Buffer.concat([
    new Pickler().long(0x1950a86a20f9469cfc6cn).stop(),
    new Pickler().integer(1001).stop(),
    system,
    new Pickler().stateDict(list, true).stop(),
    new Pickler().list(order.map(({ key }) => key)).stop(),
    ...storages,
  ]);
}

/** The state dict in PyTorch's zip format. @param extra more entries by name */
export function archiveFile(
  tensors: Readonly<Record<string, Tensor>> = wholeModel,
  extra: Readonly<Record<string, Uint8Array>> = {},
): Buffer {
  const list = pickled(tensors);
  return zip({
    'archive/data.pkl': new Pickler().stateDict(list).stop(),
    'archive/byteorder': Buffer.from('little'),
    ...Object.fromEntries(
      list.map(({ key, name }) => [`archive/data/${key}`, bytesOf(tensors[name] as Tensor)]),
    ),
    ...extra,
  });
}

/** A zip archive of stored entries. @param method 8 says that entries are compressed */
export function zip(entries: Readonly<Record<string, Uint8Array>>, method = 0): Buffer {
  const locals: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const [name, bytes] of Object.entries(entries)) {
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(method, 8);
    local.writeUInt32LE(bytes.length, 18);
    local.writeUInt32LE(bytes.length, 22);
    local.writeUInt16LE(name.length, 26);
    const padding = 64 - ((offset + 30 + name.length) % 64);
    local.writeUInt16LE(padding, 28);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt16LE(method, 10);
    entry.writeUInt32LE(bytes.length, 20);
    entry.writeUInt32LE(bytes.length, 24);
    entry.writeUInt16LE(name.length, 28);
    entry.writeUInt32LE(offset, 42);
    const whole = Buffer.concat([local, Buffer.from(name), Buffer.alloc(padding), bytes]);
    locals.push(whole);
    central.push(entry, Buffer.from(name));
    offset += whole.length;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, directory, end]);
}

/** The file that every fetch and conversion writes. */
export const expectedFile: Buffer = Buffer.from(
  safetensorsBytes(convolutions, { metadata: { architecture: 'tiny', preprocess: 'rgb-imagenet' } }),
);

/** The size of the convolutions. */
export const wantedBytes: number = Object.values(convolutions).reduce(
  (sum, { data }) => sum + data.byteLength,
  0,
);
