/** Values in the memory layout of compiled graphs: images channels first. @module */
import type { HostTensor, Shape, Value } from '../../engine.js';
import { checkRow, checkTensor, dataOfValue, type HostValue } from '../../values.js';
import { arrange, boundaryLayout, restore } from './axis-order.js';

/** The part of an engine that moves values. Every engine has its own class of values. */
export function boundaryValues(Own: new (shape: Shape, data: Float32Array) => HostValue) {
  const dataOf = (value: Value): Float32Array => dataOfValue(value, Own);
  return {
    dataOf,
    put(tensor: HostTensor): Value {
      checkTensor(tensor);
      const { data, shape } = tensor;
      const arranged = arrange(data, shape, boundaryLayout(shape.length));
      return new Own([...shape], arranged === data ? data.slice() : arranged);
    },
    async read(value: Value): Promise<Float32Array> {
      const data = dataOf(value);
      const restored = restore(data, value.shape, boundaryLayout(value.shape.length));
      return restored === data ? data.slice() : restored;
    },
    assign(value: Value, row: number, data: Float32Array): void {
      checkRow(value, row, data);
      const shape = [1, ...value.shape.slice(1)];
      dataOf(value).set(arrange(data, shape, boundaryLayout(shape.length)), row * data.length);
    },
  };
}
