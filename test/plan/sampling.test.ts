import test from 'ava';
import { makeStyleChooser } from '../../src/plan/sampling.js';
import { deriveKey, type Key, keyOfDigest, keyOfSeed } from '../../src/random.js';
import { digest, stylesOf } from './synthetic.js';

const keys = Array.from(
  { length: 6000 },
  (_, i): Key => deriveKey(keyOfSeed(1), keyOfDigest(digest(`content ${i}`))),
);

function share(chosen: readonly (readonly number[])[], styles: readonly number[]): number {
  const wanted = new Set(styles);
  const all = chosen.flat();
  return all.filter((style) => wanted.has(style)).length / all.length;
}

test('uniform chooses styles without replacement, each with the same chance', (t) => {
  const styles = stylesOf({ a: 10, b: 2 });
  const choose = makeStyleChooser(styles, 'uniform');
  const chosen = keys.map((key) => choose(key, 0, 3));
  t.true(chosen.every((list) => list.length === 3 && new Set(list).size === 3));
  for (let style = 0; style < 12; style++) t.true(Math.abs(share(chosen, [style]) - 1 / 12) < 0.008);
  t.is(choose(keys[0], 0, 50).length, 12);
  t.deepEqual(choose(keys[0], 0, 50).slice(0, 3), chosen[0]);
});

test('adding a style changes only the choices that now include it', (t) => {
  const styles = stylesOf({ a: 20 });
  const more = [...styles.slice(0, 7), ...stylesOf({ new: 1 }), ...styles.slice(7)];
  for (const mode of ['uniform', { weights: { a: 3 } }] as const) {
    const before = makeStyleChooser(styles, mode);
    const after = makeStyleChooser(more, mode);
    let changed = 0;
    for (const key of keys.slice(0, 1000)) {
      const old = before(key, 0, 4).map((i) => styles[i].path);
      const now = after(key, 0, 4).map((i) => more[i].path);
      if (!now.includes('new/0.jpg')) t.deepEqual(now, old);
      else {
        changed += 1;
        t.deepEqual(
          now.filter((path) => path !== 'new/0.jpg'),
          old.slice(0, 3),
        );
      }
    }
    t.true(changed > 0 && changed < 300, `${changed}`);
  }
});

test('balanced gives every folder the same chance', (t) => {
  const styles = stylesOf({ large: 50, small: 2, one: 1 });
  const choose = makeStyleChooser(styles, 'balanced');
  const chosen = keys.map((key) => choose(key, 0, 1));
  t.true(
    Math.abs(
      share(
        chosen,
        Array.from({ length: 50 }, (_, i) => i),
      ) -
        1 / 3,
    ) < 0.02,
  );
  t.true(Math.abs(share(chosen, [50, 51]) - 1 / 3) < 0.02);
  t.true(Math.abs(share(chosen, [52]) - 1 / 3) < 0.02);
});

test('a weight applies to an image or to each image of a folder; the default is 1', (t) => {
  const styles = stylesOf({ 'old/dutch': 2, 'old/french': 2, new: 2 });
  const weights = { 'old/': 2, 'old/french': 4, 'old/dutch/1.jpg': 0 };
  const choose = makeStyleChooser(styles, { weights });
  const chosen = keys.map((key) => choose(key, 0, 1));
  const expected = [2, 0, 4, 4, 1, 1];
  for (const [style, weight] of expected.entries()) {
    t.true(Math.abs(share(chosen, [style]) - weight / 12) < 0.02, styles[style].path);
  }
  t.is(share(chosen, [1]), 0);
  t.is(choose(keys[0], 0, 6).length, 5);
});

test('a weight can name a duplicate of an image, or its folder', (t) => {
  const styles = stylesOf({ a: 2 });
  const duplicates = [{ path: 'b/copy.jpg', of: 'a/1.jpg' }];
  for (const name of ['b', 'b/copy.jpg']) {
    const choose = makeStyleChooser(styles, { weights: { [name]: 3 } }, duplicates);
    const chosen = keys.map((key) => choose(key, 0, 1));
    t.true(Math.abs(share(chosen, [1]) - 3 / 4) < 0.02, name);
  }
  const named = makeStyleChooser(styles, { weights: { a: 0, 'b/copy.jpg': 5 } }, duplicates);
  t.deepEqual(named(keys[0], 0, 2), [1], "the image's own paths take precedence over folders");
  const own = makeStyleChooser(styles, { weights: { b: 3, 'a/1.jpg': 0 } }, duplicates);
  t.deepEqual(own(keys[0], 0, 2), [0], "the image's own weight takes precedence");
});

test('equal weights give the same choices as uniform', (t) => {
  const styles = stylesOf({ a: 9 });
  const uniform = makeStyleChooser(styles, 'uniform');
  const equal = makeStyleChooser(styles, { weights: { a: 7 } });
  for (const key of keys.slice(0, 200)) t.deepEqual(equal(key, 0, 4), uniform(key, 0, 4));
});

test('round robin takes styles in turn', (t) => {
  const choose = makeStyleChooser(stylesOf({ a: 3 }), 'roundRobin');
  t.deepEqual(choose(keys[0], 0, 2), [0, 1]);
  t.deepEqual(choose(keys[1], 2, 2), [2, 0]);
  t.deepEqual(choose(keys[2], 4, 5), [1, 2, 0]);
});

test('rejects a weight that names no image or folder', (t) => {
  const styles = stylesOf({ monet: 2 });
  t.throws(() => makeStyleChooser(styles, { weights: { mont: 2 } }), {
    code: 'style-missing',
    message: 'sampling.styles.weights: "mont" is not a style image or folder; did you mean "monet"?',
  });
  t.throws(() => makeStyleChooser(styles, { weights: { monet: 0 } }), { code: 'style-missing' });
});
