/** The openvino engine: where it looks for its library, what it refuses, and its precisions. @module */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import test from 'ava';
import { createEngine, type TensorFunction } from '../../src/engine/index.js';
import { openvinoFile } from '../../src/engine/openvino/library.js';
import { hasNativeBf16 } from '../../src/engine/openvino/processor.js';
import { smokeBounds, smokeTest } from '../../src/engine/smoke/smoke-test.js';
import { installedEngines, randomTensor } from './support.js';

const isInstalled = installedEngines.includes('openvino');
const testInstalled = isInstalled ? test : test.skip;
const testAmx = isInstalled && hasNativeBf16() ? test : test.skip;

test('the C library is found in the first folder that has it', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'wildstyle-openvino-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const folders = ['a', 'b', 'c'].map((name) => join(folder, name));
  for (const each of folders.slice(1)) mkdirSync(each);
  t.is(openvinoFile(folders), undefined);
  for (const file of ['libopenvino.so.2641', 'libopenvino_c.so.2641', 'libopenvino_c.txt'])
    writeFileSync(join(folders[2], file), '');
  t.is(openvinoFile(folders), join(folders[2], 'libopenvino_c.so.2641'));
  writeFileSync(join(folders[1], 'libopenvino_c.so'), '');
  t.is(openvinoFile(folders), join(folders[1], 'libopenvino_c.so'));
});

test('bf16 is native with AMX, not with AVX-512 alone', (t) => {
  t.true(hasNativeBf16(['avx512f', 'amx_tile', 'amx_bf16']));
  t.false(hasNativeBf16(['avx512f', 'avx512_bf16']));
  t.false(hasNativeBf16([]));
});

test('other devices and precisions are refused, with a cure', async (t) => {
  const device = await t.throwsAsync(createEngine('openvino', { device: 'cuda' }));
  t.like(device, { code: 'engine-unavailable', cure: 'Use the device "cpu".' });
  const precision = await t.throwsAsync(createEngine('openvino', { precision: 'float16' }));
  t.like(precision, { code: 'engine-unavailable' });
  for (const name of ['onnx', 'reference'] as const)
    t.like(await t.throwsAsync(createEngine(name, { precision: 'bf16' })), { code: 'engine-unavailable' });
});

testInstalled('a graph runs again and again, and values stay what they were', async (t) => {
  const engine = await createEngine('openvino', { threads: 1 });
  const fn: TensorFunction = ({ x }) => ({ y: tf.add(x, 1), z: tf.sum(x) });
  const compiled = await engine.compile(fn, { x: [1, 4, 5, 3] });
  const x = engine.put(randomTensor([1, 4, 5, 3], 1));
  const first = await compiled.run({ x });
  const kept = await engine.read(first.y);
  const second = await compiled.run({ x: first.y });
  t.deepEqual(await engine.read(first.y), kept);
  t.is((await engine.read(second.y))[0], kept[0] + 1);
  compiled.dispose();
  compiled.dispose();
  t.deepEqual(await engine.read(first.y), kept);
});

testAmx('bf16 stays within its bound, and float32 is closer', async (t) => {
  const half = await smokeTest(await createEngine('openvino', { precision: 'bf16' }), smokeBounds.bf16);
  t.deepEqual(half.failures, []);
  const { difference } = await smokeTest(await createEngine('openvino'));
  t.true(difference < 1e-5 && half.difference > 1e-3, `${difference}, ${half.difference}`);
});
