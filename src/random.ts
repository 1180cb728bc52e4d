/**
 * Stateless random numbers. Each draw is a pure function of a key and a counter, so results do not depend on the order
 * of draws. Keys are 64 bits, as two 32-bit words, derived from seeds and digests; counters identify the draw. The
 * generator is Threefry-2x32 with 20 rounds (Salmon, Moraes, Dror & Shaw 2011, "Parallel random numbers: as easy as 1,
 * 2, 3"), as used by JAX. It needs no multiplication wider than a JavaScript integer and passes BigCrush.
 * @module
 */

/** A 64-bit key: two unsigned 32-bit words. */
export type Key = readonly [number, number];

const parity = 0x1bd11bda;
const rotations = [13, 15, 26, 6, 17, 29, 16, 24] as const;

/** Threefry-2x32-20: encrypts the two words of the counter with the two words of the key. */
export function threefry2x32([k0, k1]: Key, counter0: number, counter1: number): Key {
  const k2 = parity ^ k0 ^ k1;
  let x0 = (counter0 + k0) | 0;
  let x1 = (counter1 + k1) | 0;
  for (let group = 1; group <= 5; group++) {
    const offset = group % 2 === 1 ? 0 : 4;
    for (let round = 0; round < 4; round++) {
      const bits = rotations[offset + round];
      x0 = (x0 + x1) | 0;
      x1 = ((x1 << bits) | (x1 >>> (32 - bits))) ^ x0;
    }
    const injected = group % 3;
    x0 = (x0 + (injected === 0 ? k0 : injected === 1 ? k1 : k2)) | 0;
    x1 = (x1 + (injected === 0 ? k1 : injected === 1 ? k2 : k0) + group) | 0;
  }
  return [x0 >>> 0, x1 >>> 0];
}

/** Returns the key of a job's seed, which may be any safe integer, including negative ones. */
export function keyOfSeed(seed: number): Key {
  return [seed >>> 0, Math.floor(seed / 0x100000000) >>> 0];
}

/** Returns the key of a hex digest: its first 64 bits. */
export function keyOfDigest(sha256: string): Key {
  return [Number.parseInt(sha256.slice(0, 8), 16), Number.parseInt(sha256.slice(8, 16), 16)];
}

/** Derives the key of a child from its parent's key, e.g. of a content image in a job. */
export function deriveKey(parent: Key, child: Key): Key {
  return threefry2x32(parent, child[0], child[1]);
}

/** Hashes the name of a draw (32-bit FNV-1a). The hash separates the draws under one key. */
export function drawNumber(name: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

/** Returns a uniform number in [0, 1) with 53 random bits. `index` counts within a draw, e.g. replicas or leaves. */
export function uniform(key: Key, draw: number, index: number): number {
  const [high, low] = threefry2x32(key, draw, index);
  return ((high >>> 5) * 0x4000000 + (low >>> 6)) / 0x20000000000000;
}

/** Returns 32 random bits. `index` counts within a draw. */
export function random32(key: Key, draw: number, index: number): number {
  return threefry2x32(key, draw, index)[0];
}

/** Returns the first `count` standard normal numbers of a draw, two per pair of words (Box & Muller 1958). */
export function normals(key: Key, draw: number, count: number): Float32Array {
  const values = new Float32Array(count);
  for (let i = 0; i < count; i += 2) {
    const [first, second] = threefry2x32(key, draw, i / 2);
    // The offset of 0.5 avoids the logarithm of zero.
    const radius = Math.sqrt(-2 * Math.log((first + 0.5) / 0x100000000));
    const angle = (2 * Math.PI * second) / 0x100000000;
    values[i] = radius * Math.cos(angle);
    if (i + 1 < count) values[i + 1] = radius * Math.sin(angle);
  }
  return values;
}

/**
 * Hashes two keys to 32 well-mixed bits, ten times as fast as Threefry. Used in the loop over all pairs of content and
 * style. Two rounds of the lowbias32 hash (Wellons 2018, bias 0.17), each consuming one word of both keys.
 */
export function pairHash(a0: number, a1: number, b0: number, b1: number): number {
  return mix(mix(a0 ^ b0) ^ a1 ^ b1);
}

function mix(value: number): number {
  let x = value ^ (value >>> 16);
  x = Math.imul(x, 0x7feb352d);
  x ^= x >>> 15;
  x = Math.imul(x, 0x846ca68b);
  return (x ^ (x >>> 16)) >>> 0;
}
