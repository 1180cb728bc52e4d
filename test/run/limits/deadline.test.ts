import test from 'ava';
import { WildstyleError } from '../../../src/errors.js';
import { deadlineOf, phaseAt } from '../../../src/run/limits/deadline.js';

const at = (text: string): number => Date.parse(text);
const window = { hours: '22:00-06:00', timeZone: 'Europe/Berlin' };
const minuteMs = 60_000;

test('the first limit counts', (t) => {
  const now = at('2026-11-26T23:00+01:00');
  const morning = at('2026-11-27T06:00+01:00');
  t.is(deadlineOf('always', {}, now), undefined);
  t.deepEqual(deadlineOf(window, {}, now), { atMs: morning, cause: 'window' });
  t.deepEqual(deadlineOf(window, { maxRuntimeMs: 60 * minuteMs }, now), {
    atMs: at('2026-11-27T00:00+01:00'),
    cause: 'max-runtime',
  });
  t.deepEqual(deadlineOf(window, { untilMs: at('2026-11-27T05:00+01:00') }, now), {
    atMs: at('2026-11-27T05:00+01:00'),
    cause: 'until',
  });
  t.is(deadlineOf(window, { untilMs: at('2026-11-27T07:00+01:00') }, now)?.cause, 'window');
});

test('outside of its window a job does not run, and the message says when it will', (t) => {
  const error = t.throws(() => deadlineOf(window, {}, at('2026-11-26T12:00+01:00')), {
    instanceOf: WildstyleError,
  });
  t.is(error.code, 'outside-window');
  t.is(
    error.message,
    'This job runs only 22:00-06:00 (Europe/Berlin) (run.window), and it is Thu 2026-11-26 12:00. The window opens at Thu 2026-11-26 22:00.',
  );
});

test('both changes of the clock: the run ends when the clock on the wall shows the end of the window', (t) => {
  const spring = deadlineOf(window, {}, at('2026-03-28T23:00+01:00'));
  t.is(spring?.atMs, at('2026-03-29T06:00+02:00'));
  const autumn = deadlineOf(window, {}, at('2026-10-24T23:00+02:00'));
  t.is(autumn?.atMs, at('2026-10-25T06:00+01:00'));
});

test('a run starts no image that it would not finish, and gives up at the end', (t) => {
  const start = at('2026-11-26T22:00+01:00');
  const deadline = { atMs: at('2026-11-27T06:00+01:00'), cause: 'window' } as const;
  const phase = (time: string, itemMinutes: number) =>
    phaseAt(deadline, start, at(time), itemMinutes * minuteMs);
  t.is(phase('2026-11-27T05:47:29+01:00', 10), 'start');
  t.is(phase('2026-11-27T05:47:30+01:00', 10), 'drain', 'ten minutes and a quarter before the end');
  t.is(phase('2026-11-27T05:59:59.999+01:00', 10), 'drain');
  t.is(phase('2026-11-27T06:00:00+01:00', 10), 'drop');
  t.is(phase('2026-11-27T05:59:59+01:00', 0), 'start', 'the time of an image is not known yet');
  t.is(
    phase('2026-11-27T01:59:59+01:00', 600),
    'start',
    'an image that is too long is tried in the first half',
  );
  t.is(phase('2026-11-27T02:00:00+01:00', 600), 'drain');
});
