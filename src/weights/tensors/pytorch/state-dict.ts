/** Interprets the pickle of a state dict: names, shapes and where in which storage each tensor is. @module */
import { bytesPerElement, type Dtype } from '../../../files/safetensors/dtype.js';
import { damaged, PickleGlobal, type PickleRules, type PickleValue } from './pickle.js';

/** A block of elements that tensors share. */
export class Storage {
  constructor(
    readonly key: string,
    /** Undefined for element types that weights do not have, such as integers. */
    readonly dtype: Dtype | undefined,
    readonly elementBytes: number,
    readonly elements: number,
  ) {}
}

/** A view of a storage. */
export class StoredTensor {
  constructor(
    readonly storage: Storage,
    readonly begin: number,
    readonly shape: readonly number[],
  ) {}
}

const storageTypes: Readonly<Record<string, [dtype: Dtype | undefined, elementBytes: number]>> = {
  'torch.FloatStorage': ['F32', 4],
  'torch.HalfStorage': ['F16', 2],
  'torch.BFloat16Storage': ['BF16', 2],
  'torch.DoubleStorage': [undefined, 8],
  'torch.LongStorage': [undefined, 8],
  'torch.IntStorage': [undefined, 4],
  'torch.ShortStorage': [undefined, 2],
  'torch.CharStorage': [undefined, 1],
  'torch.ByteStorage': [undefined, 1],
  'torch.BoolStorage': [undefined, 1],
};

const functions: Readonly<Record<string, (args: readonly PickleValue[]) => PickleValue>> = {
  'collections.OrderedDict': ([pairs = []]) => dictionary(pairs),
  'torch._utils._rebuild_tensor': rebuildTensor,
  'torch._utils._rebuild_tensor_v2': rebuildTensor,
  'torch._utils._rebuild_parameter': ([tensor]) => tensor,
};

/** What the pickle of a state dict may name and call. */
export const stateDictRules: PickleRules = {
  allows: (name) => Object.hasOwn(functions, name) || Object.hasOwn(storageTypes, name),
  call(name, args) {
    if (!Object.hasOwn(functions, name)) throw damaged(`its pickle calls ${name}`);
    return functions[name](args);
  },
  persistent: toStorage,
};

function dictionary(pairs: PickleValue): Map<PickleValue, PickleValue> {
  const found = new Map<PickleValue, PickleValue>();
  for (const pair of Array.isArray(pairs) ? pairs : [null]) {
    if (!Array.isArray(pair) || pair.length !== 2) throw damaged('its pickle has an invalid dictionary');
    found.set(pair[0], pair[1]);
  }
  return found;
}

function toStorage(id: PickleValue): Storage {
  const [kind, type, key, , elements, view] = Array.isArray(id) ? id : [];
  const isStorage = kind === 'storage' && type instanceof PickleGlobal && typeof key === 'string';
  if (!isStorage || !isCount(elements) || !Object.hasOwn(storageTypes, type.name))
    throw damaged('its pickle refers to an invalid storage');
  if (view !== undefined && view !== null) throw damaged('its pickle has a view of a storage');
  return new Storage(key, ...storageTypes[type.name], elements);
}

function rebuildTensor([storage, begin, shape, strides]: readonly PickleValue[]): StoredTensor {
  const counts = (values: PickleValue): values is number[] => Array.isArray(values) && values.every(isCount);
  if (!(storage instanceof Storage) || !isCount(begin) || !counts(shape) || !counts(strides))
    throw damaged('its pickle has an invalid tensor');
  const size = shape.reduce((product, dimension) => product * dimension, 1);
  if (begin + size > storage.elements) throw damaged('a tensor reaches beyond its storage');
  let expected = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis] > 1 && strides[axis] !== expected)
      throw damaged(`a tensor of shape [${shape}] is not row-major`);
    expected *= shape[axis];
  }
  return new StoredTensor(storage, begin, shape);
}

const isCount = (value: PickleValue): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;

/** Keys under which training programs keep the state dict in a checkpoint. */
const nested = ['state_dict', 'model_state_dict', 'model'];

/**
 * Returns the tensors of a state dict by name. A checkpoint may keep the state dict under a key.
 * @throws `weights-invalid` if there are none
 */
export function tensorsOf(value: PickleValue): ReadonlyMap<string, StoredTensor> {
  if (!(value instanceof Map)) throw damaged('it does not hold a dictionary');
  for (const key of nested)
    if (value.get(key) instanceof Map) return tensorsOf(value.get(key) as PickleValue);
  const found = new Map<string, StoredTensor>();
  for (const [name, tensor] of value)
    if (typeof name === 'string' && tensor instanceof StoredTensor) found.set(name, tensor);
  if (found.size === 0) throw damaged('it holds no tensors');
  return found;
}

/** Where a tensor is in the file, given where its storage begins; undefined if its elements are not weights. */
export function placeOf({ storage, begin, shape }: StoredTensor, storageOffset: number) {
  const { dtype } = storage;
  if (!dtype) return undefined;
  const size = shape.reduce((product, dimension) => product * dimension, 1);
  const offset = storageOffset + begin * bytesPerElement[dtype];
  return { dtype, shape, offset, lengthBytes: size * bytesPerElement[dtype] };
}
