/** Constant folding at trace time, with TF.js's own CPU kernels. @module */
import {
  findBackend,
  getKernel,
  type KernelBackend,
  type NamedAttrMap,
  type NamedTensorInfoMap,
  type TensorInfo,
} from '@tensorflow/tfjs';
import type { Named, Shape } from '../../engine.js';
import { sizeOf } from '../../shape.js';
import type { Numbers, SymbolType, TracedTensor } from './symbol.js';
import { numbers } from './trace.js';

/** Maximum number of elements. Kernels on larger constants stay in the graph, because TF.js is slow. */
const largestSize = 1 << 18;

/** The result of a kernel on constants. */
export interface EvaluatedTensor {
  readonly values: Numbers;
  readonly shape: Shape;
  readonly type: SymbolType;
}

/** Returns all elements of a constant, with broadcast axes expanded; undefined if the tensor is not a constant. */
export function writtenOut({ constant, shape, stored }: TracedTensor): Numbers | undefined {
  if (!constant) return undefined;
  const { values } = constant;
  const size = sizeOf(shape);
  if (values.length === size) return values;
  const result = new (values.constructor as new (size: number) => Numbers)(size);
  if (values.length === 1) return result.fill(values[0]);
  for (let index = 0; index < size; index++) {
    let [rest, place, stride] = [index, 0, 1];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      place += (stored[axis] === 1 ? 0 : rest % shape[axis]) * stride;
      stride *= stored[axis];
      rest = Math.floor(rest / shape[axis]);
    }
    result[index] = values[place];
  }
  return result;
}

/** Kernels that take a list (Concat, Pack, AddN) expect an array; all others expect named inputs. */
function asGiven(infos: readonly [string, TensorInfo][]): NamedTensorInfoMap {
  if (infos.length === 0 || infos[0][0] !== '0') return Object.fromEntries(infos);
  return infos.map(([, info]) => info) as unknown as NamedTensorInfoMap;
}

/**
 * Runs a kernel on constants.
 * @param elementwise whether to run on the stored elements only, without expanding broadcast axes
 * @returns undefined if an input is not a constant or is too large, or if TF.js's CPU backend lacks the kernel
 */
export function evaluate(
  name: string,
  inputs: Named<TracedTensor>,
  attributes: NamedAttrMap,
  elementwise: boolean,
): EvaluatedTensor | EvaluatedTensor[] | undefined {
  const tensors = Object.entries(inputs);
  const sizes = tensors.map(([, { shape, stored }]) => sizeOf(elementwise ? stored : shape));
  if (tensors.some(([, tensor]) => !tensor.constant) || sizes.some((size) => size > largestSize))
    return undefined;
  const config = getKernel(name, 'cpu');
  if (!config) return undefined;
  const backend = findBackend('cpu') as KernelBackend;
  const infos = tensors.map(([key, tensor]): [string, TensorInfo] => {
    const values = elementwise ? tensor.constant?.values : writtenOut(tensor);
    const shape = [...(elementwise ? tensor.stored : tensor.shape)];
    return [key, { dataId: backend.write(values as Numbers, shape, tensor.type), shape, dtype: tensor.type }];
  });
  const results = config.kernelFunc({ inputs: asGiven(infos), attrs: attributes, backend });
  const outputs = Array.isArray(results) ? results : [results];
  const evaluated = outputs.map(({ dataId, shape, dtype }) => ({
    // TF.js keeps integers in an integer array when it casts them to floats.
    values: numbers(dtype as SymbolType, backend.readSync(dataId) as Numbers),
    shape,
    type: dtype as SymbolType,
  }));
  const ids = new Set([...infos.map(([, info]) => info.dataId), ...outputs.map((output) => output.dataId)]);
  for (const id of ids) backend.disposeData(id, true);
  return Array.isArray(results) ? evaluated : evaluated[0];
}
