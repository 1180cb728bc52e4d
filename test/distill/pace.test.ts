/** The learning rate and the length of a distillation. @module */
import test from 'ava';
import { endsWith, measuredSteps, rateAt, totalAfter, warmUpSteps } from '../../scripts/distill/pace.js';

for (const first of [0, 2000, 5000]) {
  test(`a run of minutes from step ${first} ends only after it was measured, and its rate has no jump`, (t) => {
    const unknown = { first, total: undefined };
    for (let step = first; step < first + measuredSteps; step++) t.false(endsWith(step, unknown));
    const total = totalAfter(first, 0.5, 100);
    t.is(total, first + measuredSteps + 300);
    const known = { first, total };
    for (let step = first; step < first + measuredSteps; step++)
      t.is(rateAt(step, 0.002, unknown), rateAt(step, 0.002, known));
    t.is(rateAt(first + warmUpSteps, 0.002, known), 0.002);
    t.true(rateAt(total - 1, 0.002, known) < 1e-5);
    t.false(endsWith(total - 2, known));
    t.true(endsWith(total - 1, known));
  });
}

test('a run of no minutes ends with its measurement', (t) => {
  const known = { first: 7, total: totalAfter(7, 0, 100) };
  t.true(endsWith(7 + measuredSteps - 1, known));
});

test('a run of a number of steps follows one curve, wherever it is resumed', (t) => {
  const pace = { first: 0, total: 1000 };
  t.true(rateAt(500, 1, pace) > rateAt(501, 1, pace));
  t.is(rateAt(0, 1, pace), 1 / (warmUpSteps + 1));
});
