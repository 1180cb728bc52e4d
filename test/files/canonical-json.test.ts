import test from 'ava';
import { canonicalDigest, canonicalJson } from '../../src/files/canonical-json.js';
import { sha256 } from '../../src/files/digest.js';

test('keys are sorted by code unit, white space and undefined are left out', (t) => {
  const value = { b: [1, null, { z: 'é"', a: undefined }], a: { 10: true, 9: 0.5, B: '', a: [] } };
  t.is(canonicalJson(value), '{"a":{"10":true,"9":0.5,"B":"","a":[]},"b":[1,null,{"z":"é\\""}]}');
  t.is(canonicalJson([undefined, Number.NaN]), '[null,null]');
});

test('the digest is that of the text, also where it is long', (t) => {
  const long = Object.fromEntries(
    Array.from({ length: 5000 }, (_, i) => [`key ${i}`, { value: '💧'.repeat(9) }]),
  );
  for (const value of [long, [], 'text', null]) t.is(canonicalDigest(value), sha256(canonicalJson(value)));
});
