import test from 'ava';
import { asFloat16, float16Values } from '../../../src/files/safetensors/dtype.js';
import { openSafetensors } from '../../../src/files/safetensors/read.js';
import { safetensorsBytes } from '../../../src/files/safetensors/write.js';

const tensors = {
  matrix: { data: Float32Array.of(1, -2.5, 0.1, 1e-30, -0, 3e38), shape: [2, 3] },
  scalar: { data: Float32Array.of(7), shape: [] },
  empty: { data: new Float32Array(0), shape: [0, 4] },
};

test('what is written is read, with shapes, order and metadata', (t) => {
  const file = openSafetensors(safetensorsBytes(tensors, { metadata: { made: 'by a test' } }));
  t.deepEqual(file.metadata, { made: 'by a test' });
  t.deepEqual(Object.keys(file.shapes), ['matrix', 'scalar', 'empty']);
  for (const [name, { data, shape }] of Object.entries(tensors)) {
    t.deepEqual(file.shapes[name], shape);
    t.deepEqual(file.read(name), data);
  }
});

test('the tensors are aligned, and equal tensors give equal bytes', (t) => {
  for (const name of ['a', 'ab', 'abc', 'abcdefgh']) {
    const bytes = safetensorsBytes({ [name]: tensors.matrix });
    t.is(bytes.length % 8, 0);
    t.deepEqual(safetensorsBytes({ [name]: tensors.matrix }), bytes);
  }
});

test('half precision rounds to the nearest number', (t) => {
  const read = openSafetensors(safetensorsBytes(tensors, { dtype: 'F16' })).read('matrix');
  t.deepEqual(read, Float32Array.of(1, -2.5, 0.0999755859375, 0, -0, Number.POSITIVE_INFINITY));
});

test('every half-precision number is kept', (t) => {
  const values = float16Values();
  const halves = asFloat16(values);
  for (let half = 0; half < 0x10000; half++) {
    if (Number.isNaN(values[half])) t.true((halves[half] & 0x7fff) > 0x7c00);
    else if (halves[half] !== half) t.fail(`${half} became ${halves[half]}`);
  }
});

test('numbers between two halves go to the nearer one, ties to the even one', (t) => {
  const values = float16Values();
  const between = (share: number) =>
    Array.from({ length: 0x7bff }, (_, half) => values[half] + share * (values[half + 1] - values[half]));
  const expected = (round: (half: number) => number) =>
    Uint16Array.from({ length: 0x7bff }, (_, h) => round(h));
  t.deepEqual(
    asFloat16(Float32Array.from(between(0.4375))),
    expected((half) => half),
  );
  t.deepEqual(
    asFloat16(Float32Array.from(between(0.5625))),
    expected((half) => half + 1),
  );
  t.deepEqual(
    asFloat16(Float32Array.from(between(0.5))),
    expected((half) => half + (half % 2)),
  );
  t.deepEqual(asFloat16(Float32Array.of(65519, 65520, -65520)), Uint16Array.of(0x7bff, 0x7c00, 0xfc00));
});

test('data that does not fill its shape is refused', (t) => {
  t.throws(() => safetensorsBytes({ a: { data: new Float32Array(3), shape: [2] } }), {
    message: /"a" of shape \[2\]/,
  });
  t.throws(() => safetensorsBytes({ __metadata__: { data: new Float32Array(2), shape: [2] } }));
});
