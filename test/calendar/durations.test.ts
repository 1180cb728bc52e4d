import test from 'ava';
import { parseDuration, parseInstant } from '../../src/calendar/durations.js';

test('durations', (t) => {
  t.is(parseDuration('8h'), 28_800_000);
  t.is(parseDuration('1h30m'), 5_400_000);
  t.is(parseDuration('0.5h'), 1_800_000);
  t.is(parseDuration('45s'), 45_000);
  t.is(parseDuration('2d'), 172_800_000);
  for (const text of ['', '8', 'h', '8 h', '-1h', '0s', '1w', '1h2'])
    t.is(parseDuration(text), undefined, text);
});

test('a time of the day is the next one, also across midnight and changes of the clock', (t) => {
  const zone = 'Europe/Berlin';
  const next = (text: string, now: string) => parseInstant(text, zone, Date.parse(now));
  t.is(next('06:00', '2026-11-27T22:00+01:00'), Date.parse('2026-11-28T06:00+01:00'));
  t.is(next('6:00', '2026-11-27T05:59+01:00'), Date.parse('2026-11-27T06:00+01:00'));
  t.is(next('06:00', '2026-11-27T06:00+01:00'), Date.parse('2026-11-28T06:00+01:00'));
  t.is(next('06:00', '2026-03-28T22:00+01:00'), Date.parse('2026-03-29T06:00+02:00'));
  t.is(next('02:30', '2026-10-25T02:30+02:00'), Date.parse('2026-10-26T02:30+01:00'));
});

test('a date with a time', (t) => {
  const zone = 'Europe/Berlin';
  t.is(parseInstant('2026-11-28 06:00', zone, 0), Date.parse('2026-11-28T05:00Z'));
  t.is(parseInstant('2026-11-28T06:00Z', zone, 0), Date.parse('2026-11-28T06:00Z'));
  t.is(parseInstant('2026-11-28T06:00-05:00', zone, 0), Date.parse('2026-11-28T11:00Z'));
  for (const text of ['tomorrow', '2026-11-28', '25:00', '6', '2026-13-01 06:00'])
    t.is(parseInstant(text, zone, 0), undefined, text);
});
