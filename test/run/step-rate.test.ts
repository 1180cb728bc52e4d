import test from 'ava';
import { StepRate } from '../../src/run/step-rate.js';

test('the first steps of each place are left out, and a rate is told when enough others were made', (t) => {
  const rate = new StepRate(2);
  const totals = (steps: number, ms: number) => ({ steps, pixelSteps: steps * 100, ms });
  t.is(rate.after(totals(3, 3000)), undefined);
  t.is(rate.after(totals(4, 4000)), undefined);
  t.is(rate.after(totals(11, 4700)), undefined);
  t.is(rate.after(totals(12, 4800)), 1, '8 steps of 100 pixels in 800 ms');
  t.is(rate.after(totals(24, 5400)), 0.7);
});
