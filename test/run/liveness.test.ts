import test from 'ava';
import { Liveness } from '../../src/run/pool/liveness.js';

/** Looks every 100 ms from `fromMs` on; returns when it was found to hang. */
function hungAt(liveness: Liveness, fromMs: number, untilMs: number, hasWork = true): number | undefined {
  for (let nowMs = fromMs; nowMs <= untilMs; nowMs += 100)
    if (liveness.isHung(1, hasWork, nowMs)) return nowMs;
  return undefined;
}

test('a process that has work and neither speaks nor computes hangs', (t) => {
  t.is(hungAt(new Liveness(1000, () => 5), 0, 5000), 1000);
});

test('one that has no work, computes, or speaks does not', (t) => {
  t.is(hungAt(new Liveness(1000, () => 5), 0, 5000, false), undefined);
  let ticks = 0;
  t.is(hungAt(new Liveness(1000, () => ticks++), 0, 5000), undefined);
  const liveness = new Liveness(1000, () => 5);
  for (let nowMs = 0; nowMs < 5000; nowMs += 900) {
    t.is(hungAt(liveness, nowMs, nowMs + 800), undefined);
    liveness.hear();
  }
});

test('after a pause of the whole machine, it gets the full time again', (t) => {
  const liveness = new Liveness(1000, () => 5);
  t.is(hungAt(liveness, 0, 500), undefined);
  t.is(hungAt(liveness, 100_000, 100_900), undefined);
  t.is(hungAt(liveness, 101_000, 102_000), 101_000);
});

test('where the system does not tell what a process computes, it gets longer', (t) => {
  t.is(hungAt(new Liveness(1000, () => undefined), 0, 30_000), 20_000);
});
