/**
 * Counter-based random numbers: every draw is a pure function of a seed and a counter, so nothing depends on the
 * order in which draws are made.
 * @module
 */

/** Mixes two 32-bit integers into one that looks random (two rounds of the murmur3 finaliser). */
export function mix32(seed: number, counter: number): number {
  let h = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(counter + 0x7f4a7c15, 0xc2b2ae35);
  for (let round = 0; round < 2; round++) {
    h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
    h ^= h >>> 16;
  }
  return h >>> 0;
}

/** A uniform number in the open interval (0, 1). */
export function uniformAt(seed: number, counter: number): number {
  return (mix32(seed, counter) + 0.5) / 0x100000000;
}

/** A standard normal number (Box & Muller 1958). */
export function normalAt(seed: number, counter: number): number {
  const radius = Math.sqrt(-2 * Math.log(uniformAt(seed, 2 * counter)));
  return radius * Math.cos(2 * Math.PI * uniformAt(seed, 2 * counter + 1));
}
