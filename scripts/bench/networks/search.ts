/** Finds the strength at which a network does best. @module */
import type { Pair } from '../pictures/pairs.js';
import { type Contender, contenders } from './contenders.js';
import { type Judge, objectiveOf } from './judge.js';

/** Strengths that are tried, relative to the judged one: neighbors differ by a factor of 1.4. */
const factors = [0.125, 0.18, 0.25, 0.35, 0.5, 0.7, 1, 1.4, 2, 2.8, 4];
const judged = factors.indexOf(1);
/** The strength of another network can mean something else, so its search begins everywhere. */
const coarse = factors.flatMap((_, index) => (index % 2 === 0 ? [index] : []));

/**
 * Compares some strengths, then climbs from the best through the list of strengths, as long as the mean over some pairs of
 * the objective, relative to that of the content, falls. The network that judges begins at the judged strength.
 */
export async function bestStrength(
  judge: Judge,
  network: Contender,
  pairs: readonly Pair[],
  judgedStrength: number,
): Promise<number> {
  const strengths = factors.map((factor) => Number((factor * judgedStrength).toPrecision(2)));
  const known = new Map<number, number>();
  const remaining = async (index: number): Promise<number> => {
    const found = known.get(index);
    if (found !== undefined) return found;
    if (!(index in strengths)) return Number.POSITIVE_INFINITY;
    let sum = 0;
    for (const pair of pairs) {
      const { losses } = await judge.make(network, strengths[index], pair);
      sum += objectiveOf(losses, judgedStrength) / objectiveOf(await judge.initial(pair), judgedStrength);
    }
    process.stderr.write(
      `${network} at strength ${strengths[index]}: ${(sum / pairs.length).toFixed(4)} of the objective remains\n`,
    );
    known.set(index, sum);
    return sum;
  };
  let best = judged;
  for (const index of network === contenders[0] ? [judged] : coarse)
    if ((await remaining(index)) < (await remaining(best))) best = index;
  for (const direction of [1, -1]) {
    const start = best;
    while ((await remaining(best + direction)) < (await remaining(best))) best += direction;
    if (best !== start) break;
  }
  return strengths[best];
}
