/** The contract of an engine, apart from numerical results. @module */
import * as tf from '@tensorflow/tfjs';
import test from 'ava';
import { createEngine, type EngineName, type TensorFunction } from '../../src/engine/index.js';
import { WildstyleError } from '../../src/errors.js';
import { installedEngines, randomTensor } from './support.js';

const double: TensorFunction = ({ x }) => ({ y: tf.mul(x, 2) });

const code = (error: unknown): string => (error instanceof WildstyleError ? error.code : String(error));

for (const name of installedEngines) {
  test(`${name}: reports its name, device and version`, async (t) => {
    const engine = await createEngine(name);
    t.is(engine.name, name);
    t.is(engine.device, 'cpu');
    t.regex(engine.version, /^\w+ \d+\.\d+\.\d+/);
  });

  for (const shape of [[], [5], [2, 3], [2, 3, 4], [2, 3, 4, 5], [2, 1, 4, 1], [1, 2, 3, 2, 2]]) {
    test(`${name}: put and read round-trip a tensor of shape [${shape}]`, async (t) => {
      const engine = await createEngine(name);
      const host = randomTensor(shape, 1);
      const value = engine.put(host);
      t.deepEqual(value.shape, shape);
      t.deepEqual(await engine.read(value), host.data);
    });
  }

  test(`${name}: put and read copy the data`, async (t) => {
    const engine = await createEngine(name);
    const host = randomTensor([4], 1);
    const value = engine.put(host);
    const before = host.data.slice();
    host.data.fill(0);
    (await engine.read(value)).fill(1);
    t.deepEqual(await engine.read(value), before);
  });

  test(`${name}: assign overwrites one row`, async (t) => {
    const engine = await createEngine(name);
    const host = randomTensor([3, 2, 4, 5], 1);
    const row = randomTensor([2, 4, 5], 2).data;
    const value = engine.put(host);
    engine.assign(value, 1, row);
    const expected = host.data.slice();
    expected.set(row, 40);
    t.deepEqual(await engine.read(value), expected);
  });

  test(`${name}: assign rejects rows that do not exist or do not fit`, async (t) => {
    const engine = await createEngine(name);
    const value = engine.put(randomTensor([3, 4], 1));
    for (const [row, size] of [
      [3, 4],
      [-1, 4],
      [0.5, 4],
      [1, 5],
    ]) {
      t.is(code(t.throws(() => engine.assign(value, row, new Float32Array(size)))), 'shape-mismatch');
    }
  });

  test(`${name}: put rejects an array of the wrong size`, async (t) => {
    const engine = await createEngine(name);
    const error = t.throws(() => engine.put({ data: new Float32Array(5), shape: [2, 3] }));
    t.is(code(error), 'shape-mismatch');
  });

  test(`${name}: a compiled function reports its output shapes`, async (t) => {
    const engine = await createEngine(name);
    const compiled = await engine.compile(({ x }) => ({ mean: tf.mean(x, [1, 2]), sum: tf.sum(x) }), {
      x: [2, 3, 4, 5],
    });
    t.deepEqual(compiled.outputs, { mean: [2, 5], sum: [] });
  });

  test(`${name}: rejects inputs that are missing or have the wrong shape`, async (t) => {
    const engine = await createEngine(name);
    const compiled = await engine.compile(double, { x: [2, 3] });
    t.is(code(await t.throwsAsync(compiled.run({}))), 'shape-mismatch');
    const wrong = engine.put(randomTensor([3, 2], 1));
    t.is(code(await t.throwsAsync(compiled.run({ x: wrong }))), 'shape-mismatch');
  });

  test(`${name}: inputs stay valid, and outputs can be used as inputs`, async (t) => {
    const engine = await createEngine(name);
    const compiled = await engine.compile(double, { x: [2, 3, 4, 5] });
    const host = randomTensor([2, 3, 4, 5], 1);
    const x = engine.put(host);
    const { y } = await compiled.run({ x });
    const again = await compiled.run({ x: y });
    t.deepEqual(await engine.read(x), host.data);
    t.deepEqual(
      await engine.read(again.y),
      host.data.map((value) => value * 4),
    );
  });

  test(`${name}: runs at the same time do not mix`, async (t) => {
    const engine = await createEngine(name);
    const compiled = await engine.compile(double, { x: [64, 64] });
    const hosts = [1, 2, 3, 4].map((seed) => randomTensor([64, 64], seed));
    const runs = await Promise.all(hosts.map((host) => compiled.run({ x: engine.put(host) })));
    compiled.dispose();
    for (const [index, { y }] of runs.entries())
      t.deepEqual(
        await engine.read(y),
        hosts[index].data.map((value) => value * 2),
      );
  });

  test(`${name}: unused inputs are allowed`, async (t) => {
    const engine = await createEngine(name);
    const compiled = await engine.compile(double, { x: [2], unused: [3] });
    const { y } = await compiled.run({
      x: engine.put(randomTensor([2], 1)),
      unused: engine.put(randomTensor([3], 1)),
    });
    t.deepEqual(y.shape, [2]);
  });

  test(`${name}: functions can share weights with the same digest`, async (t) => {
    const engine = await createEngine(name);
    const weights = { digest: 'one', tensors: { w: randomTensor([3, 4], 1) } };
    const x = randomTensor([2, 3], 2);
    const results = [];
    for (const scale of [1, 2]) {
      const compiled = await engine.compile(
        (inputs, { w }) => ({ y: tf.mul(tf.matMul(inputs.x, w), scale) }),
        { x: [2, 3] },
        weights,
      );
      const { y } = await compiled.run({ x: engine.put(x) });
      results.push(await engine.read(y));
    }
    t.deepEqual(
      results[1],
      results[0].map((value) => value * 2),
    );
  });

  test(`${name}: rejects a disposed value`, async (t) => {
    const engine = await createEngine(name);
    const value = engine.put(randomTensor([2], 1));
    value.dispose();
    t.is(code(await t.throwsAsync(engine.read(value))), 'internal');
  });
}

test('an engine rejects values of another engine', async (t) => {
  const [onnx, reference] = [await createEngine('onnx'), await createEngine('reference')];
  const compiled = await onnx.compile(double, { x: [2] });
  t.is(code(await t.throwsAsync(compiled.run({ x: reference.put(randomTensor([2], 1)) }))), 'internal');
  t.is(code(await t.throwsAsync(reference.read(onnx.put(randomTensor([2], 1))))), 'internal');
});

test('onnx: rejects an unknown device', async (t) => {
  const error = await t.throwsAsync(createEngine('onnx', { device: 'abacus' }));
  t.is(code(error), 'engine-unavailable');
  t.regex(error?.message ?? '', /abacus/);
});

test('tracing: the error names an unsupported kernel', async (t) => {
  const engine = await createEngine('onnx');
  const error = await t.throwsAsync(engine.compile(({ x }) => ({ y: tf.cumprod(x) }), { x: [4] }));
  t.is(code(error), 'kernel-unsupported');
  t.regex(error?.message ?? '', /Cumprod/);
});

test('tracing: the error names a kernel unknown to every backend', async (t) => {
  const engine = await createEngine('onnx');
  const fn: TensorFunction = ({ x }) => ({ y: tf.engine().runKernel('Imaginary', { x }) as tf.Tensor });
  const error = await t.throwsAsync(engine.compile(fn, { x: [4] }));
  t.is(code(error), 'kernel-unsupported');
  t.regex(error?.message ?? '', /Imaginary/);
});

test('tracing: rejects reading a value', async (t) => {
  const engine = await createEngine('onnx');
  const error = await t.throwsAsync(
    engine.compile(({ x }) => ({ y: tf.mul(x, x.dataSync()[0]) }), { x: [4] }),
  );
  t.is(code(error), 'trace-data-dependent');
});

test('tracing: rejects reading a value without awaiting it', async (t) => {
  const engine = await createEngine('onnx');
  const fn: TensorFunction = ({ x }) => {
    void x.data();
    return { y: tf.mul(x, 2) };
  };
  t.is(code(await t.throwsAsync(engine.compile(fn, { x: [4] }))), 'trace-data-dependent');
});

test('tracing: rejects functions that return a promise or no tensors', async (t) => {
  const engine = await createEngine('onnx');
  const later = (async ({ x }: { x: tf.Tensor }) => ({ y: tf.mul(x, 2) })) as unknown as TensorFunction;
  t.is(code(await t.throwsAsync(engine.compile(later, { x: [4] }))), 'trace-data-dependent');
  const nothing = await t.throwsAsync(engine.compile(() => ({}), { x: [4] }));
  t.regex(nothing?.message ?? '', /returned no tensors/);
});

test('tracing: the error names an unsupported dataFormat, also in gradients', async (t) => {
  const engine = await createEngine('onnx');
  const convolve = (x: tf.Tensor) =>
    tf.conv2d(x as tf.Tensor4D, tf.ones([3, 3, 8, 8]) as tf.Tensor4D, 1, 'same', 'NCHW');
  const ways: TensorFunction[] = [
    ({ x }) => ({ y: convolve(x) }),
    ({ x }) => ({ y: tf.grad((z) => tf.sum(convolve(z)))(x) }),
  ];
  for (const fn of ways) {
    const error = await t.throwsAsync(engine.compile(fn, { x: [1, 8, 8, 8] }));
    t.is(code(error), 'kernel-unsupported');
    t.regex(error?.message ?? '', /Conv2D with the dataFormat NCHW/);
  }
});

test('tracing: rejects pooling windows that may lie entirely outside the image', async (t) => {
  const engine = await createEngine('onnx');
  const fn: TensorFunction = ({ x }) => ({ y: tf.maxPool(x as tf.Tensor4D, 2, 1, 2) });
  const error = await t.throwsAsync(engine.compile(fn, { x: [1, 8, 8, 3] }));
  t.is(code(error), 'kernel-unsupported');
  t.regex(error?.message ?? '', /pooling with a 2x2 window and padding \[2, 2\]/);
});

test('tracing: rejects gradients for which TF.js assumes the wrong output size', async (t) => {
  const engine = await createEngine('onnx');
  const filter = () => tf.ones([3, 3, 3, 3]) as tf.Tensor4D;
  const ways: ((x: tf.Tensor4D) => tf.Tensor)[] = [
    (x) => tf.maxPool(x, 3, 2, 0, 'ceil'),
    (x) => tf.avgPool(x, 3, 2, 0, 'ceil'),
    (x) => tf.conv2d(x, filter(), 2, 0, 'NHWC', 1, 'ceil'),
  ];
  for (const way of ways) {
    const forward: TensorFunction = ({ x }) => ({ y: way(x as tf.Tensor4D) });
    (await engine.compile(forward, { x: [1, 8, 8, 3] })).dispose();
    const fn: TensorFunction = ({ x }) => ({
      y: tf.grad((z) => tf.sum(tf.square(way(z as tf.Tensor4D))))(x),
    });
    const error = await t.throwsAsync(engine.compile(fn, { x: [1, 8, 8, 3] }));
    t.is(code(error), 'kernel-unsupported');
    t.regex(
      error?.message ?? '',
      /gradient has shape \[1,4,4,3\], but TF\.js assumes an output of shape \[1,3,3,3\]/,
    );
  }
});

test('a compiled function can be disposed twice', async (t) => {
  const engine = await createEngine('onnx');
  const compiled = await engine.compile(double, { x: [2] });
  compiled.dispose();
  compiled.dispose();
  await new Promise((resolve) => setTimeout(resolve, 50));
  t.pass();
});

test('tracing: constants can be read', async (t) => {
  const engine = await createEngine('onnx');
  const fn: TensorFunction = ({ x }) => ({ y: tf.mul(x, tf.range(0, 5).sum().dataSync()[0]) });
  const compiled = await engine.compile(fn, { x: [1] });
  const { y } = await compiled.run({ x: engine.put({ data: Float32Array.of(2), shape: [1] }) });
  t.deepEqual(await engine.read(y), Float32Array.of(20));
});

test('tracing: a tensor from outside the trace becomes a constant and stays usable', async (t) => {
  const engine = await createEngine('onnx');
  const outside = tf.tensor1d([1, 2]);
  const compiled = await engine.compile(({ x }) => ({ y: tf.add(x, outside) }), { x: [2] });
  const { y } = await compiled.run({ x: engine.put({ data: Float32Array.of(5, 5), shape: [2] }) });
  t.deepEqual(await engine.read(y), Float32Array.of(6, 7));
  t.deepEqual(outside.dataSync(), Float32Array.of(1, 2));
  outside.dispose();
});

const failing: Readonly<Record<string, TensorFunction>> = {
  'a function that succeeds': ({ x }) => ({ y: tf.grad((z) => tf.sum(tf.square(z)))(x) }),
  'a function that throws': () => {
    throw new Error('no');
  },
  'a function that fails inside a gradient': ({ x }) => ({ y: tf.grad((z) => tf.sum(tf.cumprod(z)))(x) }),
};

for (const [title, fn] of Object.entries(failing)) {
  for (const name of ['onnx', 'reference'] satisfies EngineName[]) {
    test.serial(`${name}: ${title} leaks no tensors and restores TF.js's state`, async (t) => {
      const engine = await createEngine(name);
      const [before, backend] = [tf.memory().numTensors, tf.getBackend()];
      for (let round = 0; round < 3; round++) {
        await engine
          .compile(fn, { x: [4] })
          .then((compiled) => compiled.run({ x: engine.put(randomTensor([4], 1)) }))
          .catch(() => undefined);
      }
      t.is(tf.memory().numTensors, before);
      t.is(tf.getBackend(), backend);
      t.deepEqual(tf.tensor1d([3]).square().dataSync(), Float32Array.of(9));
    });
  }
}
