import { setImmediate as nextTurn } from 'node:timers/promises';
import test from 'ava';
import { AsyncCache } from '../../src/files/async-cache.js';

interface Thing {
  readonly name: string;
  readonly size: number;
}
const slowly = (thing: Thing) => async () => {
  await nextTurn();
  return thing;
};
const notCalled = () => {
  throw new Error('The value was created twice.');
};

test('a value is created once, for concurrent and later requests', async (t) => {
  const cache = new AsyncCache<Thing>({ maxSize: 10 });
  const thing = { name: 'a', size: 1 };
  let made = 0;
  const make = async () => {
    made++;
    return slowly(thing)();
  };
  const got = await Promise.all([cache.get('a', make), cache.get('a', make), cache.get('a', make)]);
  t.true(got.every((value) => value === thing));
  t.is(await cache.get('a', notCalled), thing);
  t.is(made, 1);
});

test('a failure rejects all waiting requests and is not cached', async (t) => {
  const cache = new AsyncCache<Thing>({ maxSize: 10 });
  const fail = async (): Promise<Thing> => {
    await nextTurn();
    throw new Error('no');
  };
  const results = await Promise.allSettled([cache.get('a', fail), cache.get('a', notCalled)]);
  t.true(results.every(({ status }) => status === 'rejected'));
  t.is((await cache.get('a', slowly({ name: 'a', size: 1 }))).name, 'a');
});

test('the least recently used value is evicted and disposed when the total size is exceeded', async (t) => {
  const disposed: string[] = [];
  const cache = new AsyncCache<Thing>({
    maxSize: 10,
    sizeOf: ({ size }) => size,
    dispose: ({ name }) => disposed.push(name),
  });
  await cache.get('a', slowly({ name: 'a', size: 4 }));
  await cache.get('b', slowly({ name: 'b', size: 4 }));
  await cache.get('a', notCalled);
  await cache.get('c', slowly({ name: 'c', size: 5 }));
  t.deepEqual(disposed, ['b']);
  cache.delete('a');
  t.deepEqual(disposed, ['b', 'a']);
  cache.clear();
  t.deepEqual(disposed, ['b', 'a', 'c']);
});

test('a value of size 0 is cached; one that is too large is returned but not cached', async (t) => {
  const cache = new AsyncCache<Thing>({ maxSize: 10, sizeOf: ({ size }) => size });
  t.is((await cache.get('nothing', slowly({ name: 'nothing', size: 0 }))).size, 0);
  t.is((await cache.get('nothing', notCalled)).size, 0);
  t.is((await cache.get('large', slowly({ name: 'large', size: 11 }))).size, 11);
  t.is((await cache.get('large', slowly({ name: 'other', size: 11 }))).name, 'other');
});
