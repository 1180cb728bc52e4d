/** Tests whole objectives: agreement with the reference, and bitwise reproducibility of each row. @module */
import test from 'ava';
import { createEngine, type Engine, type HostTensor, type Named } from '../../src/engine/index.js';
import { networkWeights, objective, objectiveInputs } from './objective.js';
import { execute, relativeDifference } from './support.js';

const reference = await createEngine('reference');
const onnx = await createEngine('onnx', { threads: 1 });
const onnxOfTwo = await createEngine('onnx', { threads: 2 });

const step = (engine: Engine, inputs: Named<HostTensor>): Promise<Named<HostTensor>> =>
  execute(engine, objective('max'), inputs, networkWeights);

const rowOf = ({ data, shape }: HostTensor, row: number): Float32Array => {
  const size = data.length / shape[0];
  return data.slice(row * size, (row + 1) * size);
};

for (const pooling of ['max', 'average'] as const) {
  for (const batch of [1, 3]) {
    test(`an objective with ${pooling} pooling and batch size ${batch} matches the reference`, async (t) => {
      const inputs = objectiveInputs(batch, 16);
      const expected = await execute(reference, objective(pooling), inputs, networkWeights);
      const actual = await execute(onnx, objective(pooling), inputs, networkWeights);
      for (const [name, { data }] of Object.entries(expected)) {
        const difference = relativeDifference(actual[name].data, data);
        t.true(difference <= 1e-5, `${name}: relative difference ${difference}`);
      }
    });
  }
}

test('the bytes of a row do not depend on the other rows', async (t) => {
  const inputs = objectiveInputs(4, 32);
  const others = objectiveInputs(4, 32, 20);
  const mixed = Object.fromEntries(
    Object.entries(inputs).map(([name, { data, shape }]) => {
      const copy = others[name].data.slice();
      copy.set(rowOf({ data, shape }, 2), (2 * copy.length) / shape[0]);
      return [name, { data: copy, shape }];
    }),
  );
  const [first, second] = [await step(onnxOfTwo, inputs), await step(onnxOfTwo, mixed)];
  for (const name of Object.keys(first)) t.deepEqual(rowOf(second[name], 2), rowOf(first[name], 2), name);
});

test('the bytes of a row do not depend on its position', async (t) => {
  const inputs = objectiveInputs(4, 32);
  const turned = Object.fromEntries(
    Object.entries(inputs).map(([name, { data, shape }]) => {
      const size = data.length / shape[0];
      const copy = new Float32Array(data.length);
      for (let row = 0; row < shape[0]; row++)
        copy.set(rowOf({ data, shape }, row), ((row + 1) % shape[0]) * size);
      return [name, { data: copy, shape }];
    }),
  );
  const [first, second] = [await step(onnxOfTwo, inputs), await step(onnxOfTwo, turned)];
  for (const name of Object.keys(first)) {
    for (let row = 0; row < 4; row++) {
      t.deepEqual(rowOf(second[name], (row + 1) % 4), rowOf(first[name], row), `${name}, row ${row}`);
    }
  }
});

test('one thread and two threads give the same bytes', async (t) => {
  const inputs = objectiveInputs(3, 64);
  const [one, two] = [await step(onnx, inputs), await step(onnxOfTwo, inputs)];
  for (const name of Object.keys(one)) t.deepEqual(two[name].data, one[name].data, name);
});

test('running a step twice gives the same bytes', async (t) => {
  const inputs = objectiveInputs(2, 32);
  const [first, second] = [await step(onnxOfTwo, inputs), await step(onnxOfTwo, inputs)];
  t.deepEqual(second, first);
});
