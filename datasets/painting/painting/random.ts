/** Seeded, counter-based random numbers: a draw depends only on the seed and its position. @module */

/** A 32-bit hash of a seed and two integers, with mixing rounds like those of "lowbias32". */
export function hash(seed: number, a: number, b = 0): number {
  let value = Math.imul(seed | 0, 0x9e3779b1) ^ Math.imul(a | 0, 0x85ebca6b) ^ Math.imul(b | 0, 0xc2b2ae35);
  value = Math.imul(value ^ (value >>> 16), 0x7feb352d);
  value = Math.imul(value ^ (value >>> 15), 0x846ca68b);
  value = Math.imul((value ^ (value >>> 16)) + Math.imul(b | 0, 0x27d4eb2f), 0x7feb352d);
  return (value ^ (value >>> 15)) >>> 0;
}

/** A pseudorandom number in [0, 1) for a seed and two integers. */
export function uniformAt(seed: number, a: number, b = 0): number {
  return hash(seed, a, b) / 4294967296;
}

/** A stream of draws from one seed. */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
  /** Uniform in [low, high). */
  between(low: number, high: number): number;
  /** Standard normal (Box-Muller). */
  normal(): number;
  /** A random element of a list. Throws if the list is empty. */
  pick<T>(list: readonly T[]): T;
}

/** A stream whose nth draw is the hash of (seed, n). */
export function createRandom(seed: number): Random {
  let counter = 0;
  const next = (): number => uniformAt(seed, counter++);
  return {
    next,
    between: (low, high) => low + (high - low) * next(),
    normal: () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
    pick: (list) => {
      const chosen = list[Math.floor(next() * list.length)];
      if (chosen === undefined) throw new RangeError('pick: the list is empty');
      return chosen;
    },
  };
}

/** The integers 0..count-1 in a random order (Fisher-Yates). */
export function shuffledIndices(count: number, random: Random): Uint32Array {
  const order = Uint32Array.from({ length: count }, (_, index) => index);
  for (let last = count - 1; last > 0; last--) {
    const other = Math.floor(random.next() * (last + 1));
    const kept = order[last] as number;
    order[last] = order[other] as number;
    order[other] = kept;
  }
  return order;
}
