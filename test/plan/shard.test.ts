import { createHash } from 'node:crypto';
import test from 'ava';
import { makePlan } from '../../src/plan/plan.js';
import { isInShard, parseShard, shardIndexOf, shardText } from '../../src/plan/shard.js';
import { keyOfSeed, random32 } from '../../src/random.js';
import { contentOf, contentsOf, jobWith, network, stylesOf } from './synthetic.js';

/** Ids without an end. */
const idOf = (n: number) => createHash('sha256').update(`item ${n}`).digest('hex').slice(0, 32);

test('every item is in exactly one shard, for any count', (t) => {
  const key = keyOfSeed(13);
  const counts = [1, 2, 3, 16, 97, 1000, 100_000];
  for (let i = 0; i < 200; i++) counts.push(1 + (random32(key, 1, i) % 5000));
  for (const [i, count] of counts.entries()) {
    const id = idOf(i);
    const index = shardIndexOf(id, count);
    t.true(Number.isInteger(index) && index >= 0 && index < count, `${id} of ${count}`);
    const within = Array.from({ length: count }, (_, k) => k).filter((k) =>
      isInShard(id, { index: k, count }),
    );
    t.deepEqual(within, [index]);
  }
});

test('shards are of about the same size', (t) => {
  for (const count of [2, 3, 16, 100]) {
    const sizes = new Array<number>(count).fill(0);
    const items = 20_000;
    for (let i = 0; i < items; i++) sizes[shardIndexOf(idOf(i), count)]++;
    const [mean, deviation] = [items / count, Math.sqrt(items / count)];
    for (const size of sizes)
      t.true(Math.abs(size - mean) < 5 * deviation, `${size} of ${items} in ${count}`);
  }
});

test('the shard of an item is the same when images are added', (t) => {
  const job = jobWith('sampling: { stylesPerContent: 3 }');
  const contents = contentsOf({ ant: 20, bee: 10 });
  const styles = stylesOf({ '': 5 });
  const shardsOf = (entries: typeof contents) =>
    new Map(
      [...makePlan(job, { contents: entries, styles }, network).items()].map(({ id }) => [
        id,
        shardIndexOf(id, 7),
      ]),
    );
  const before = shardsOf(contents);
  const after = shardsOf([contentOf('ant/0a.jpg', 'ant'), ...contents]);
  t.true(after.size > before.size);
  for (const [id, index] of before) t.is(after.get(id), index);
});

test('shards are read and written', (t) => {
  t.deepEqual(parseShard('0/3'), { index: 0, count: 3 });
  t.is(shardText({ index: 2, count: 3 }), '2/3');
  for (const text of ['', '3/3', '-1/3', '1', '1/0', '0/0', 'a/b', '1/3/5', '0/1000000', '1 / 3'])
    t.is(parseShard(text), undefined, text);
});
