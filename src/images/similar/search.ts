/** Finds pictures that occur several times, by their fingerprints. @module */
import { deriveKey, type Key, threefry2x32 } from '../../random.js';
import { isSamePicture, type Look, lookOf, type Order, orders } from './distance.js';
import { grayEdge } from './fingerprint.js';

/** Up to this number of pictures, every pair is compared. */
const exhaustiveCount = 2000;
const tables = 16;
/** Each bit of a key is the sign of a sum of this many gray cells. */
const cellsPerBit = 8;
const tableKey: Key = [0x73696d69, 0x6c6172];

/**
 * Joins the pictures that are the same, directly or through others, and returns pairs of indexes that connect them: the
 * later one first, one pair less than there are pictures in a set. More than 2000 are compared by locality-sensitive
 * hashing (signs of random sums, Charikar 2002), which compares only those that share one of 16 keys of log2(n) bits: of
 * 100,000 pictures, it misses one in 10,000 copies that differ by 0.15, more than a strong recompression does.
 * @param isComparable pairs to leave out
 */
export function similarPairs(
  fingerprints: readonly (Uint8Array | undefined)[],
  isComparable: (later: number, earlier: number) => boolean = () => true,
): [number, number][] {
  const looks = fingerprints.map((fingerprint) => fingerprint && lookOf(fingerprint));
  const sets = new Sets(looks.length);
  const pairs: [number, number][] = [];
  const compare: Compare = (later, earlier, among) => {
    const [a, b] = [looks[earlier], looks[later]];
    if (!a || !b || sets.of(later) === sets.of(earlier)) return;
    if (!isComparable(later, earlier) || !isSamePicture(a, b, among)) return;
    sets.join(later, earlier);
    pairs.push([later, earlier]);
  };
  if (looks.length <= exhaustiveCount) {
    for (let later = 1; later < looks.length; later++)
      for (let earlier = 0; earlier < later; earlier++) compare(later, earlier);
  } else for (let table = 0; table < tables; table++) compareBuckets(looks, table, compare);
  return pairs.sort(([a, b], [c, d]) => a - c || b - d);
}

/** Compares an earlier picture with a later one in some orders of its cells. */
type Compare = (later: number, earlier: number, among?: readonly Order[]) => void;

function compareBuckets(looks: readonly (Look | undefined)[], table: number, compare: Compare): void {
  const sums = randomSums(table, Math.min(30, Math.ceil(Math.log2(looks.length))));
  const probes = orders.map((order) => ({ among: [order], cells: sums.map((cell) => order.gray[cell]) }));
  const buckets = new Map<number, number[]>();
  for (const [index, look] of looks.entries()) {
    if (!look) continue;
    const keys = probes.map(({ cells }) => keyOf(look.gray, cells));
    for (const [probe, key] of keys.entries())
      for (const other of buckets.get(key) ?? []) compare(index, other, probes[probe].among);
    // The first order is that of the picture itself.
    const [own] = keys;
    const bucket = buckets.get(own);
    if (bucket) bucket.push(index);
    else buckets.set(own, [index]);
  }
}

/** The cells of a key, bit by bit: the first half of those of a bit are added, the others subtracted. */
function randomSums(table: number, bits: number): Uint8Array {
  const key = deriveKey(tableKey, [table, 0]);
  return Uint8Array.from(
    { length: bits * cellsPerBit },
    (_, i) => threefry2x32(key, Math.floor(i / cellsPerBit), i % cellsPerBit)[0] % grayEdge ** 2,
  );
}

function keyOf(gray: Float32Array, cells: Uint8Array): number {
  let key = 0;
  for (let at = 0; at < cells.length; ) {
    let sum = 0;
    for (const middle = at + cellsPerBit / 2; at < middle; at++) sum += gray[cells[at]];
    for (const end = at + cellsPerBit / 2; at < end; at++) sum -= gray[cells[at]];
    key = (key << 1) | (sum > 0 ? 1 : 0);
  }
  return key;
}

/** Disjoint sets of indexes (union-find with path halving). The smallest index of a set names it. */
export class Sets {
  readonly #parents: Int32Array;

  constructor(size: number) {
    this.#parents = Int32Array.from({ length: size }, (_, index) => index);
  }

  /** The name of an index's set. */
  of(index: number): number {
    let at = index;
    while (this.#parents[at] !== at) {
      this.#parents[at] = this.#parents[this.#parents[at]];
      at = this.#parents[at];
    }
    return at;
  }

  join(a: number, b: number): void {
    const [first, second] = [this.of(a), this.of(b)].sort((x, y) => x - y);
    this.#parents[second] = first;
  }
}
