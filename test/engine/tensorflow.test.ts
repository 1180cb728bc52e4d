/** The tensorflow engine: what it refuses, and that nothing is left behind. @module */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import test from 'ava';
import { createEngine } from '../../src/engine/index.js';
import { bindingFile, tensorflowFolders } from '../../src/engine/tensorflow/folders.js';
import { tensorflow, visibleDevice } from '../../src/engine/tensorflow/library.js';
import { isStep, request, stylizerOn } from '../stylize/requests.js';
import { engineLike } from '../stylize/support.js';
import { installedEngines, randomTensor } from './support.js';

const testInstalled = installedEngines.includes('tensorflow') ? test.serial : test.serial.skip;

/** The error of a new process that looks for TensorFlow in a folder. */
function errorWith(folder: string, device = 'cpu'): { code: string; message: string; cure: string } {
  const module = new URL('../../src/engine/index.js', import.meta.url).href;
  const script = `
    const { createEngine } = await import(${JSON.stringify(module)});
    const error = await createEngine('tensorflow', { device: '${device}' }).catch((error) => error);
    console.log(JSON.stringify({ code: error.code, message: error.message, cure: error.cure }));
  `;
  const env = { ...process.env, WILDSTYLE_TENSORFLOW: folder };
  return JSON.parse(
    execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8', env }),
  );
}

function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), 'wildstyle-tensorflow-'));
}

test('TensorFlow that is not there, or does not load, is a reason with a cure', (t) => {
  const folder = temporaryFolder();
  t.teardown(() => rmSync(folder, { recursive: true }));
  t.deepEqual(errorWith(folder), {
    code: 'engine-unavailable',
    message: 'TensorFlow cannot be used: it is not installed.',
    cure: 'Get it with npm run setup:tensorflow, or set WILDSTYLE_TENSORFLOW to the folder of its package.',
  });
  const library = join(folder, 'lib', 'napi-v8');
  mkdirSync(library, { recursive: true });
  writeFileSync(join(library, 'tfjs_binding.node'), 'not a library');
  const broken = errorWith(folder, 'cuda');
  t.is(broken.code, 'engine-unavailable');
  t.regex(broken.message, /^TensorFlow cannot be used: .*tfjs_binding\.node/);
  t.regex(broken.cure, /npm run setup:tensorflow -- --gpu/);
});

test('the folder that is named is the only one that is searched', (t) => {
  const before = process.env.WILDSTYLE_TENSORFLOW;
  process.env.WILDSTYLE_TENSORFLOW = '/nowhere';
  t.teardown(() => {
    if (before === undefined) delete process.env.WILDSTYLE_TENSORFLOW;
    else process.env.WILDSTYLE_TENSORFLOW = before;
  });
  t.deepEqual(tensorflowFolders('cpu'), ['/nowhere']);
  t.is(bindingFile('/nowhere'), undefined);
});

test('CUDA sees the GPU that is asked for, and no other', (t) => {
  t.is(visibleDevice('cpu', undefined), '-1');
  t.is(visibleDevice('cuda', undefined), '0');
  t.is(visibleDevice('cuda:2', undefined), '2');
  t.is(visibleDevice('cuda:1', '4, 7'), '7');
  t.is(visibleDevice('cuda:2', '4,7'), '-1');
});

test('other devices and precisions are refused, with a cure', async (t) => {
  const device = await t.throwsAsync(createEngine('tensorflow', { device: 'webgpu' }));
  t.like(device, { code: 'engine-unavailable', cure: 'Use one of these devices: cpu, cuda, cuda:0.' });
  t.like(await t.throwsAsync(createEngine('tensorflow', { precision: 'bf16' })), {
    code: 'engine-unavailable',
  });
});

testInstalled('tensorflow: a process has one device', async (t) => {
  await createEngine('tensorflow');
  const error = await t.throwsAsync(createEngine('tensorflow', { device: 'cuda:1' }));
  t.like(error, { code: 'engine-unavailable', cure: 'Use one process for each device.' });
});

testInstalled('tensorflow: rows that are assigned one after the other', async (t) => {
  const engine = await createEngine('tensorflow');
  const host = randomTensor([4, 3], 1);
  const value = engine.put(host);
  const expected = host.data.slice();
  for (const [row, number] of [
    [2, 5],
    [0, 6],
    [2, 7],
  ]) {
    engine.assign(value, row, new Float32Array(3).fill(number));
    expected.fill(number, 3 * row, 3 * row + 3);
  }
  t.deepEqual(await engine.read(value), expected);
  engine.assign(value, 3, new Float32Array(3));
  t.deepEqual(await engine.read(value), expected.fill(0, 9));
});

testInstalled('tensorflow: outputs may be inputs, and live on when an input is disposed', async (t) => {
  const engine = await createEngine('tensorflow');
  const compiled = await engine.compile(({ x }) => ({ same: x, twice: x, large: tf.greater(x, 0) }), {
    x: [3],
  });
  const x = engine.put({ data: Float32Array.of(-1, 2, 3), shape: [3] });
  const { same, twice, large } = await compiled.run({ x });
  x.dispose();
  same.dispose();
  t.deepEqual(await engine.read(twice), Float32Array.of(-1, 2, 3));
  t.deepEqual(await engine.read(large), Float32Array.of(0, 1, 1));
});

testInstalled('tensorflow: the number of tensors is constant over steps, and none is left', async (t) => {
  const engine = await createEngine('tensorflow');
  const { tensorCount } = tensorflow({ device: 'cpu' });
  const before = [tensorCount(), tf.memory().numTensors];
  const counts: string[] = [];
  const counting = engineLike(engine, {
    async compile(fn, inputs, constants) {
      const compiled = await engine.compile(fn, inputs, constants);
      if (!isStep(inputs)) return compiled;
      const run: typeof compiled.run = (values) => {
        counts.push(`${tensorCount()} ${tf.memory().numTensors}`);
        return compiled.run(values);
      };
      return { outputs: compiled.outputs, dispose: () => compiled.dispose(), run };
    },
  });
  const stylizer = stylizerOn(counting, 2);
  await Promise.all([1, 2].map((seed) => stylizer.stylize(request(seed, 11, { steps: 30 }))));
  t.log(counts.join(', '));
  // In the first steps, L-BFGS fills its history.
  t.is(new Set(counts.slice(10, 30)).size, 1);
  stylizer.dispose();
  engine.dispose();
  t.deepEqual([tensorCount(), tf.memory().numTensors], before);
});

testInstalled('tensorflow: a function that fails leaves no tensor', async (t) => {
  const engine = await createEngine('tensorflow');
  const compiled = await engine.compile(
    ({ x }) => {
      const y = tf.mul(x, 2);
      tf.grad((z) => tf.matMul(z as tf.Tensor2D, z as tf.Tensor2D))(tf.reshape(y, [1, 3]));
      return { y };
    },
    { x: [3] },
  );
  const x = engine.put(randomTensor([3], 1));
  await engine.read(x);
  const { tensorCount } = tensorflow({ device: 'cpu' });
  const before = tf.memory().numTensors;
  await t.throwsAsync(compiled.run({ x }), { code: 'engine-failed' });
  const after = tensorCount();
  await t.throwsAsync(compiled.run({ x }), { code: 'engine-failed' });
  t.is(tf.memory().numTensors, before);
  t.is(tensorCount(), after);
});
