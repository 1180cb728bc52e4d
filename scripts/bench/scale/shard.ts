/** Measures what one shard of a very large plan costs: a pass over all items, of which it makes a part. @module */
import { isInShard } from '../../../src/plan/shard.js';
import { largePlan } from '../plan.js';

/**
 * @returns the items of the plan, those of the first shard, the seconds for one pass, and peak memory in MB (10^6 bytes)
 */
export function benchShard(items = 10_000_000, count = 16): Record<string, number> {
  const start = performance.now();
  const plan = largePlan({ contents: items / 4, styles: 500 });
  const shard = { index: 0, count };
  let own = 0;
  for (const { id } of plan.items()) if (isInShard(id, shard)) own++;
  return {
    items: plan.counts.total,
    shards: count,
    shardItems: own,
    seconds: Number(((performance.now() - start) / 1000).toFixed(1)),
    peakMb: Math.round((process.resourceUsage().maxRSS * 1024) / 1e6),
  };
}
