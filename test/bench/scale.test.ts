import test from 'ava';
import { benchResume } from '../../scripts/bench/scale/resume.js';
import { benchShard } from '../../scripts/bench/scale/shard.js';

test('the benchmark of large datasets: the first new image, the status, the memory', async (t) => {
  const { items, statusS, firstItemS, endS, peakMb } = await benchResume(400);
  t.is(items, 380);
  t.true(statusS > 0 && firstItemS > 0 && endS >= firstItemS);
  t.true(process.platform !== 'linux' || peakMb > 50);
});

test('the benchmark of shards counts the items of one', (t) => {
  const { items, shards, shardItems } = benchShard(8000, 4);
  t.deepEqual([items, shards], [8000, 4]);
  t.true(Math.abs(shardItems - 2000) < 200, `${shardItems}`);
});
