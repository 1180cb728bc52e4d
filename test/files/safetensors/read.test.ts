import test from 'ava';
import { WildstyleError } from '../../../src/errors.js';
import { openSafetensors } from '../../../src/files/safetensors/read.js';
import { f32, fileOf, safetensorsOf, u16 } from './raw-file.js';

const numbers = [0, -0, 1, -2.5, 1e-40, 3.4e38, 0.1, Number.POSITIVE_INFINITY];

test('reads F32 tensors unchanged', (t) => {
  const file = openSafetensors(
    safetensorsOf(
      {
        a: { dtype: 'F32', shape: [2, 4], bytes: f32(numbers) },
        b: { dtype: 'F32', shape: [], bytes: f32([7]) },
      },
      { preprocess: 'none', made: 'by hand' },
    ),
  );
  t.deepEqual(file.read('a'), Float32Array.from(numbers));
  t.deepEqual(file.read('b'), Float32Array.of(7));
  t.deepEqual(file.shapes, { a: [2, 4], b: [] });
  t.deepEqual(file.metadata, { preprocess: 'none', made: 'by hand' });
});

test('accepts a file without metadata, a file without tensors, and an empty tensor', (t) => {
  const file = openSafetensors(safetensorsOf({ none: { dtype: 'F16', shape: [0, 3], bytes: u16([]) } }));
  t.deepEqual(file.metadata, {});
  t.is(file.read('none').length, 0);
  t.deepEqual(openSafetensors(fileOf('{}', new Uint8Array())).shapes, {});
});

/** 16-bit patterns and the numbers that they stand for: normal, subnormal, extreme and special ones. */
const patterns: Readonly<Record<string, readonly [number, number][]>> = {
  F16: [
    [0x0000, 0],
    [0x8000, -0],
    [0x3c00, 1],
    [0xc000, -2],
    [0x3555, 0.333251953125],
    [0x7bff, 65504],
    [0x0001, 2 ** -24],
    [0x83ff, -1023 * 2 ** -24],
    [0x0400, 2 ** -14],
    [0x7c00, Number.POSITIVE_INFINITY],
    [0xfc00, Number.NEGATIVE_INFINITY],
    [0x7e00, Number.NaN],
  ],
  // The upper half of a float32.
  BF16: [
    [0x0000, 0],
    [0x8000, -0],
    [0x3f80, 1],
    [0xc0a0, -5],
    [0x3eab, 0.333984375],
    [0x7f7f, 3.3895313892515355e38],
    [0x0001, 2 ** -133],
    [0xff80, Number.NEGATIVE_INFINITY],
    [0x7fc0, Number.NaN],
  ],
};

for (const [dtype, known] of Object.entries(patterns)) {
  test(`converts ${dtype}`, (t) => {
    const bytes = u16(known.map(([pattern]) => pattern));
    const { read } = openSafetensors(safetensorsOf({ a: { dtype, shape: [known.length], bytes } }));
    t.deepEqual(
      [...read('a')],
      known.map(([, value]) => value),
    );
  });
}

test('reads tensors at any byte offset, from a Uint8Array or a Buffer that is a view of a larger one', (t) => {
  const header = {
    a: { dtype: 'F32', shape: [2], data_offsets: [1, 9] },
    b: { dtype: 'F16', shape: [1], data_offsets: [9, 11] },
  };
  const body = new Uint8Array([255, ...f32([1.5, -3]), ...u16([0x3c00])]);
  for (const padding of ['', ' ', '  ', '   ']) {
    const bytes = fileOf(JSON.stringify(header) + padding, body);
    const pool = Buffer.alloc(bytes.length + 16, 170);
    pool.set(bytes, 3);
    for (const given of [
      bytes,
      pool.subarray(3, 3 + bytes.length),
      new Uint8Array(pool.buffer, pool.byteOffset + 3, bytes.length),
    ]) {
      const { read } = openSafetensors(given);
      t.deepEqual([...read('a')], [1.5, -3]);
      t.deepEqual([...read('b')], [1]);
      // The caller owns the result: changing it does not change the file.
      read('a').fill(0);
      t.deepEqual([...read('a')], [1.5, -3]);
    }
  }
});

const entry = (dtype: unknown, shape: unknown, offsets: unknown) => ({ dtype, shape, data_offsets: offsets });
const good = entry('F32', [2], [0, 8]);
const eight = f32([1, 2]);
const whole = safetensorsOf({ a: { dtype: 'F32', shape: [2], bytes: eight } });
const withHeader = (header: unknown, body = eight) => fileOf(JSON.stringify(header), body);

const bad: Record<string, [file: Uint8Array, says: RegExp]> = {
  'an empty file': [new Uint8Array(), /not a safetensors file: it has only 0 bytes/],
  'seven bytes': [whole.subarray(0, 7), /it has only 7 bytes/],
  'a file truncated in its header': [whole.subarray(0, 20), /header length/],
  'a file truncated in its tensors': [
    whole.subarray(0, -1),
    /"a" should have 8 bytes, but its offsets are 0 to 8 of 7/,
  ],
  'a header longer than the file': [fileOf('{}', eight, 11), /header length is 11/],
  'a header longer than the limit': [fileOf('{}', eight, 2n ** 63n), /header length is 9223372036854776000/],
  'a header of length 0': [fileOf('{}', eight, 0), /header length is 0/],
  'a header that is not JSON': [fileOf('{"a":', eight), /not a JSON object/],
  'a header that is a list': [fileOf('[1, 2]', eight), /not a JSON object/],
  'a header that is null': [fileOf('null', eight), /not a JSON object/],
  'a header that is not UTF-8': [
    (() => {
      const file = fileOf('{"a": 1}', eight);
      file[10] = 0xff;
      return file;
    })(),
    /not a JSON object/,
  ],
  'a picture': [Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0, 0, 0, 13]), /header length/],
  'an unsupported dtype': [
    withHeader({ a: entry('F64', [1], [0, 8]) }),
    /"a" has dtype F64; only F32, F16 and BF16/,
  ],
  'a dtype named like an Object.prototype property': [
    withHeader({ a: entry('toString', [1], [0, 8]) }),
    /dtype toString/,
  ],
  'a dtype that is a list': [withHeader({ a: entry(['F32'], [2], [0, 8]) }), /dtype F32/],
  'a missing dtype': [withHeader({ a: { shape: [2], data_offsets: [0, 8] } }), /dtype undefined/],
  'a tensor that is null': [withHeader({ a: null }), /dtype undefined/],
  'a negative dimension': [withHeader({ a: entry('F32', [-2], [0, 8]) }), /invalid shape/],
  'a fractional dimension': [withHeader({ a: entry('F32', [0.5], [0, 2]) }), /invalid shape/],
  'missing offsets': [withHeader({ a: entry('F32', [2], undefined) }), /invalid offsets/],
  'three offsets': [withHeader({ a: entry('F32', [2], [0, 8, 16]) }), /invalid offsets/],
  'a negative offset': [withHeader({ a: entry('F32', [2], [-4, 4]) }), /invalid offsets/],
  'an end offset before the start offset': [
    withHeader({ a: entry('F32', [2], [8, 0]) }),
    /offsets are 8 to 0/,
  ],
  'offsets beyond the file': [withHeader({ a: entry('F32', [2], [4, 12]) }), /offsets are 4 to 12 of 8/],
  'a size that does not match the shape': [
    withHeader({ a: entry('F32', [3], [0, 8]) }),
    /should have 12 bytes/,
  ],
  'an enormous shape': [withHeader({ a: entry('F32', [2 ** 52, 2 ** 52], [0, 8]) }), /"a" should have/],
  'two tensors in the same place': [withHeader({ a: good, b: good }), /"a" and "b" overlap at byte 0/],
  'overlapping tensors': [
    withHeader({ b: entry('F32', [1], [4, 8]), a: entry('F16', [3], [0, 6]) }),
    /"a" and "b" overlap at byte 4/,
  ],
  'a PyTorch zip archive': [
    Uint8Array.from([0x50, 0x4b, 3, 4, 0, 0, 8, 8, 0, 0]),
    /is a PyTorch file \(\.pth, \.pt\), not a safetensors file/,
  ],
  'a PyTorch pickle': [Uint8Array.from([0x80, 2, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46]), /is a PyTorch file/],
  'metadata that is null': [withHeader({ __metadata__: null, a: good }), /__metadata__/],
};

for (const [name, [file, says]] of Object.entries(bad)) {
  test(`rejects ${name}`, (t) => {
    const error = t.throws(() => openSafetensors(file), { instanceOf: WildstyleError, message: says });
    t.is(error?.code, 'weights-invalid');
    t.regex(error?.cure ?? '', /safetensors/);
  });
}

test('a header length that starts like a pickle is read as a header length', (t) => {
  const header = JSON.stringify({ a: good }).padEnd(0x280, ' ');
  t.deepEqual([...openSafetensors(fileOf(header, eight)).read('a')], [1, 2]);
});

test('the error for a missing tensor names it', (t) => {
  const error = t.throws(() => openSafetensors(whole).read('b'), { instanceOf: WildstyleError });
  t.is(error?.code, 'weights-invalid');
  t.regex(error?.message ?? '', /no tensor "b"/);
});
