import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { WildstyleError } from '../../src/errors.js';
import { openSafetensors } from '../../src/files/safetensors/read.js';
import { safetensorsBytes } from '../../src/files/safetensors/write.js';
import { checkWeights } from '../../src/weights/check.js';
import { convertWeights } from '../../src/weights/convert.js';
import type { ByteSource } from '../../src/weights/tensors/byte-source.js';
import { openTensorFile } from '../../src/weights/tensors/tensor-file.js';
import { temporaryFolder } from '../dataset/support.js';
import { Pickler } from './pickler.js';
import { archiveFile, convolutions, legacyFile, modelFile, tiny, wholeModel, zip } from './tiny-network.js';

const known = { tiny };

async function converted(t: ExecutionContext, bytes: Uint8Array, options: { half?: boolean } = {}) {
  const folder = await temporaryFolder(t);
  const [path, out] = [join(folder, 'in.pth'), join(folder, 'out.safetensors')];
  await writeFile(path, bytes);
  const result = await convertWeights(path, { out, known, ...options });
  return { result, bytes: await readFile(out) };
}

async function refusal(t: ExecutionContext, bytes: Uint8Array): Promise<string> {
  const error = await t.throwsAsync(converted(t, bytes), { instanceOf: WildstyleError });
  t.is(error?.code, 'weights-invalid', error?.message);
  return error?.message ?? '';
}

test('every format gives the same bytes, with the convolutions alone', async (t) => {
  const results = await Promise.all(
    [legacyFile(), archiveFile(), modelFile].map((file) => converted(t, file)),
  );
  for (const { bytes, result } of results) {
    t.deepEqual(bytes, results[0]?.bytes);
    t.is(result.origin, 'tests');
    const file = openSafetensors(bytes);
    t.deepEqual(Object.keys(file.shapes), Object.keys(convolutions));
    for (const [name, { data, shape }] of Object.entries(convolutions)) {
      t.deepEqual(file.read(name), data, name);
      t.deepEqual(file.shapes[name], shape);
    }
    t.deepEqual(file.metadata, { architecture: 'tiny', preprocess: 'rgb-imagenet' });
  }
});

test('half precision rounds; a file in half precision stays so', async (t) => {
  const { bytes } = await converted(t, archiveFile(), { half: true });
  const file = openSafetensors(bytes);
  for (const [name, { data }] of Object.entries(convolutions)) {
    const largest = Math.max(...file.read(name).map((value, i) => Math.abs(value - (data[i] ?? 0))));
    t.true(largest > 0 && largest < 2 ** -12, `${name} ${largest}`);
  }
  t.deepEqual((await converted(t, bytes)).bytes, bytes);
});

test('finds the state dict in a checkpoint, and convolutions with other prefixes', async (t) => {
  const renamed = (name: (old: string) => string) =>
    Object.fromEntries(Object.entries(convolutions).map(([old, tensor]) => [name(old), tensor]));
  const [expected] = await Promise.all([converted(t, modelFile)]);
  for (const rename of [(old: string) => `module.${old}`, (old: string) => old.replace('features.', '')])
    t.deepEqual((await converted(t, archiveFile(renamed(rename)))).bytes, expected.bytes);
});

test('code in a pickle is refused by name and never called', async (t) => {
  const call = new Pickler().global('os', 'system').text('echo').raw(0x85, 'R').stop();
  t.regex(await refusal(t, zip({ 'a/data.pkl': call })), /names "os\.system".* not called/);
  const stacked = new Pickler().text('builtins').text('eval').raw(0x93, '.').stop();
  t.regex(await refusal(t, zip({ 'a/data.pkl': stacked })), /builtins\.eval/);
  const legacy = Buffer.concat([
    new Pickler().long(0x1950a86a20f9469cfc6cn).stop(),
    new Pickler().integer(1001).stop(),
    new Pickler().emptyDictionary().stop(),
    new Pickler().global('posix', 'system').stop(),
  ]);
  t.regex(await refusal(t, legacy), /posix\.system/);
  // Names that every object of this language has.
  for (const name of ['__proto__', 'constructor', 'toString'])
    t.regex(await refusal(t, zip({ 'a/data.pkl': new Pickler().global('', name).stop() })), /names/);
  const notAFunction = new Pickler().global('torch', 'FloatStorage').raw(')', 'R').stop();
  t.regex(await refusal(t, zip({ 'a/data.pkl': notAFunction })), /calls torch\.FloatStorage/);
});

/** Instructions that build instances, import by number or call by class. */
for (const [name, instruction] of Object.entries({
  INST: 'i',
  OBJ: 'o',
  NEWOBJ: 0x81,
  NEWOBJ_EX: 0x92,
  EXT1: 0x82,
  PERSID: 'P',
  BUFFER: 0x97,
  REDUCE: 'R',
})) {
  test(`the instruction ${name} is refused`, async (t) => {
    const pickle = new Pickler().raw(')', instruction, 'os\nsystem\n').stop();
    t.regex(await refusal(t, zip({ 'a/data.pkl': pickle })), /instruction 0x|something other|more values/);
  });
}

test('damaged pickles are errors with a cause, whatever byte is missing or wrong', async (t) => {
  const whole = new Pickler().stateDict([{ name: 'a', shape: [1], key: '0', size: 1 }]).stop();
  for (let length = 2; length < whole.length; length += 3)
    await refusal(t, zip({ 'a/data.pkl': whole.subarray(0, length) }));
  for (let i = 2; i < whole.length; i += 2) {
    const changed = Buffer.from(whole);
    changed[i] = (changed[i] ?? 0) ^ 0x15;
    await refusal(t, zip({ 'a/data.pkl': changed }));
  }
});

test('a damaged archive is an error with a cause or still readable, whatever byte is wrong', async (t) => {
  const pickle = new Pickler().stateDict([{ name: 'a', shape: [2], key: '0', size: 2 }]).stop();
  const whole = zip({
    'a/data.pkl': pickle,
    'a/data/0': new Uint8Array(8),
    'a/byteorder': Buffer.from('little'),
  });
  const outcomes = { refused: 0, read: 0 };
  for (let i = 4; i < whole.length; i++) {
    for (const flip of [0xff, 0x01]) {
      const changed = Buffer.from(whole);
      changed[i] = (changed[i] ?? 0) ^ flip;
      try {
        await openTensorFile(memorySource(changed));
        outcomes.read++;
      } catch (error) {
        t.true(error instanceof WildstyleError, `${i}: ${error}`);
        outcomes.refused++;
      }
    }
  }
  t.true(outcomes.refused > 200 && outcomes.read > 100, JSON.stringify(outcomes));
});

/** A file in memory. */
function memorySource(bytes: Uint8Array): ByteSource {
  return {
    name: 'memory',
    sizeBytes: bytes.length,
    read: async (offset, lengthBytes) => bytes.subarray(offset, offset + lengthBytes),
    close: async () => {},
  };
}

test('tensors must lie inside their storage, in order of rows', async (t) => {
  const beyond = new Pickler()
    .raw('}')
    .text('a')
    .tensor({ name: 'a', shape: [3], key: '0', size: 2 })
    .raw('s');
  t.regex(await refusal(t, zip({ 'a/data.pkl': beyond.stop() })), /reaches beyond its storage/);
  const few = archiveFile(wholeModel, { 'archive/data/3': new Uint8Array(4) });
  t.regex(await refusal(t, few), /has no data, or too little/);
});

test('other files are named', async (t) => {
  const tar = Buffer.alloc(1024);
  tar.write('ustar', 257);
  const cases: [Uint8Array, RegExp][] = [
    [tar, /a tar archive, as PyTorch wrote before/],
    [Buffer.from('<!DOCTYPE html><html>'), /a web page/],
    [Buffer.from('version https://git-lfs.github.com/spec/v1'), /a pointer of Git LFS/],
    [zip({ 'a/readme.txt': Buffer.from('x') }), /without data\.pkl/],
    [zip({ 'a/data.pkl': Buffer.from('.') }, 8), /compressed or encrypted/],
    [archiveFile(wholeModel, { 'archive/constants.pkl': Buffer.from('.') }), /TorchScript/],
    [archiveFile(wholeModel, { 'archive/byteorder': Buffer.from('big') }), /big-endian/],
    [archiveFile().subarray(0, 5000), /truncated/],
    [legacyFile().subarray(0, 5000), /should have at least|ends early/],
    [modelFile.subarray(0, 5000), /should have/],
    [new Uint8Array(0), /only 0 bytes/],
    [
      safetensorsBytes({ a: { data: new Float32Array(1), shape: [1] } }),
      /contains no known network .* 1 tensors: a/,
    ],
  ];
  for (const [bytes, expected] of cases) t.regex(await refusal(t, bytes), expected);
});

test('values must be finite, plausible and without holes', async (t) => {
  const changed = (index: number, length: number, value: number) => {
    const { 'features.5.weight': tensor, ...others } = convolutions;
    const data = Float32Array.from(tensor?.data ?? []).fill(value, index, index + length);
    return safetensorsBytes({ ...others, 'features.5.weight': { data, shape: tensor?.shape ?? [] } });
  };
  t.regex(await refusal(t, changed(5, 1, Number.NaN)), /features\.5\.weight has the value NaN at index 5/);
  t.regex(await refusal(t, changed(9, 1, 1e30)), /at index 9/);
  t.true(Object.hasOwn(convolutions, 'features.7.weight'));
  t.regex(await refusal(t, changed(0, 4608, Number.POSITIVE_INFINITY)), /Infinity/);
});

test('check says which network fits, its digest, origin and pixels', async (t) => {
  const folder = await temporaryFolder(t);
  const path = join(folder, 'model.pth');
  await writeFile(path, legacyFile());
  const { sha256, bytes, ...checked } = await checkWeights(path, known);
  t.regex(sha256, /^[0-9a-f]{64}$/);
  t.is(bytes, legacyFile().length);
  t.deepEqual(checked, {
    file: path,
    format: 'PyTorch legacy',
    isPublishedFile: false,
    tensors: Object.keys(wholeModel).length,
    network: 'tiny',
    origin: 'tests',
    dtypes: ['F32'],
    preprocess: 'rgb-imagenet',
    license: null,
    attribution: null,
  });
  t.is((await checkWeights(path, {})).network, null);
});
