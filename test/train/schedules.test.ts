import test from 'ava';
import { cosineRate, stepDecayRate } from '../../src/train/schedules.js';

const near = (a: number, b: number) => Math.abs(a - b) < 1e-12;

test('a cosine rises linearly, falls from its peak to its last value, and stays there', (t) => {
  const rate = cosineRate({ peak: 1, steps: 110, warmUp: 10, last: 0.2 });
  for (let step = 0; step < 10; step++) t.true(near(rate(step), (step + 1) / 11));
  t.is(rate(10), 1);
  t.true(near(rate(60), 0.6));
  t.true(near(rate(110), 0.2));
  t.true(near(rate(1000), 0.2));
  for (let step = 11; step < 110; step++) t.true(rate(step) < rate(step - 1));
});

test('a cosine without warm-up starts at its peak, even if there are no steps', (t) => {
  t.is(cosineRate({ peak: 1, steps: 10 })(0), 1);
  t.is(cosineRate({ peak: 1, steps: 0 })(0), 1);
});

test('step decay drops in equal ratios', (t) => {
  const rate = stepDecayRate({ first: 1, factor: 0.5, every: 3 });
  t.deepEqual([0, 2, 3, 5, 6].map(rate), [1, 1, 0.5, 0.5, 0.25]);
  t.true(near(stepDecayRate({ first: 1, every: 3 })(3), 0.1));
});
