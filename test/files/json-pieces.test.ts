import test from 'ava';
import fc from 'fast-check';
import { jsonInPieces } from '../../src/files/json-pieces.js';

test('the pieces are the text that JSON.stringify writes', (t) => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
      t.is([...jsonInPieces(value)].join(''), JSON.stringify(value, null, 2));
    }),
    { numRuns: 300 },
  );
  const sparse = { a: undefined, b: [undefined, {}, []], c: { d: undefined } };
  t.is([...jsonInPieces(sparse)].join(''), JSON.stringify(sparse, null, 2));
});

test('no piece is large', (t) => {
  const digests = Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`file ${i}`, 'f'.repeat(64)]));
  const pieces = [...jsonInPieces({ digests })];
  t.true(pieces.length > 5 && pieces.every(({ length }) => length < 70_000));
  t.is(pieces.join(''), JSON.stringify({ digests }, null, 2));
});
