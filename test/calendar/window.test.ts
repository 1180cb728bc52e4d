import test from 'ava';
import {
  closesAt,
  hoursProblem,
  opensAt,
  type WindowInput,
  windowsNeeded,
  windowsOf,
} from '../../src/calendar/window.js';
import { firstInstant, formatInstant, isTimeZone, localDay } from '../../src/calendar/zone.js';

const timeZone = 'Europe/Berlin';
const hourMs = 3_600_000;

/** An instant by what a clock shows, with the offset from UTC. */
const at = (text: string): number => {
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) throw new Error(text);
  return ms;
};
const shown = (ms: number | undefined): string | undefined =>
  ms === undefined ? undefined : formatInstant(timeZone, ms);
const windows = (given: WindowInput | WindowInput[]) => {
  const found = windowsOf(given);
  if (!found) throw new Error('always');
  return found;
};
const nights = windows({ hours: '22:00-06:00', timeZone });

test('a window across midnight is open from the evening to the morning', (t) => {
  t.is(closesAt(nights, at('2026-11-26T21:59:59+01:00')), undefined);
  t.is(shown(opensAt(nights, at('2026-11-26T21:59:59+01:00'))), 'Thu 2026-11-26 22:00');
  for (const time of ['2026-11-26T22:00:00+01:00', '2026-11-26T23:59:59+01:00', '2026-11-27T00:00:00+01:00'])
    t.is(shown(closesAt(nights, at(time))), 'Fri 2026-11-27 06:00', time);
  t.is(shown(closesAt(nights, at('2026-11-27T05:59:59.999+01:00'))), 'Fri 2026-11-27 06:00');
  t.is(closesAt(nights, at('2026-11-27T06:00:00+01:00')), undefined);
  t.is(shown(opensAt(nights, at('2026-11-27T06:00:00+01:00'))), 'Fri 2026-11-27 22:00');
});

test('the night in which clocks go forward has one hour less', (t) => {
  const start = at('2026-03-28T22:00+01:00');
  t.is(closesAt(nights, start), at('2026-03-29T06:00+02:00'));
  t.is((closesAt(nights, start) ?? 0) - start, 7 * hourMs);
});

test('the night in which clocks go back has one hour more', (t) => {
  const start = at('2026-10-24T22:00+02:00');
  t.is(closesAt(nights, start), at('2026-10-25T06:00+01:00'));
  t.is((closesAt(nights, start) ?? 0) - start, 9 * hourMs);
});

test('a window that ends at a time that is skipped ends at the change', (t) => {
  const skipped = windows({ hours: '22:00-02:30', timeZone });
  t.is(closesAt(skipped, at('2026-03-28T23:00+01:00')), at('2026-03-29T03:00+02:00'));
  const starting = windows({ hours: '02:30-06:00', timeZone });
  t.is(opensAt(starting, at('2026-03-29T00:00+01:00')), at('2026-03-29T03:00+02:00'));
  const gone = windows({ hours: '02:10-02:50', timeZone });
  t.is(opensAt(gone, at('2026-03-29T00:00+01:00')), at('2026-03-30T02:10+02:00'));
});

test('a window that ends at a time that comes twice ends at the first, and does not open again', (t) => {
  const twice = windows({ hours: '22:00-02:30', timeZone });
  const start = at('2026-10-24T23:00+02:00');
  t.is(closesAt(twice, start), at('2026-10-25T02:30+02:00'));
  t.is(closesAt(twice, at('2026-10-25T02:10+01:00')), undefined);
  t.is(shown(opensAt(twice, at('2026-10-25T02:30+02:00'))), 'Sun 2026-10-25 22:00');
});

test('the time zone is that of the window, not that of the machine', (t) => {
  const tokyo = windows({ hours: '22:00-06:00', timeZone: 'Asia/Tokyo' });
  t.is(closesAt(tokyo, at('2026-11-26T13:00Z')), at('2026-11-26T21:00Z'));
  const halfHour = windows({ hours: '22:00-06:00', timeZone: 'Australia/Lord_Howe' });
  // Clocks of Lord Howe Island go back by half an hour, at 2:00 on April 5, 2026.
  const start = opensAt(halfHour, at('2026-04-04T00:00Z'));
  t.is((closesAt(halfHour, start) ?? 0) - start, 8.5 * hourMs);
});

test('days are those on which the window opens', (t) => {
  const weekdays = windows({ hours: '22:00-06:00', days: ['mon', 'tue', 'wed', 'thu', 'fri'], timeZone });
  t.is(
    shown(closesAt(weekdays, at('2026-11-28T03:00+01:00'))),
    'Sat 2026-11-28 06:00',
    'it opened on Friday',
  );
  t.is(closesAt(weekdays, at('2026-11-28T23:00+01:00')), undefined);
  t.is(shown(opensAt(weekdays, at('2026-11-28T23:00+01:00'))), 'Mon 2026-11-30 22:00');
});

test('windows that touch are one: nights, and the whole weekend', (t) => {
  const both = windows([
    { hours: '22:00-06:00', timeZone },
    { hours: '00:00-24:00', days: ['sat', 'sun'], timeZone },
  ]);
  t.is(shown(closesAt(both, at('2026-11-27T23:00+01:00'))), 'Mon 2026-11-30 06:00');
  t.is(closesAt(both, at('2026-11-30T06:00+01:00')), undefined);
});

test('no window: always', (t) => {
  t.is(windowsOf('always'), undefined);
  t.is(windowsOf(['22:00-06:00', 'always']), undefined);
  t.is(
    closesAt(windows({ hours: '00:00-24:00', timeZone }), at('2026-11-27T06:00Z')),
    Number.POSITIVE_INFINITY,
  );
});

test('work is divided among windows', (t) => {
  const noon = at('2026-11-27T12:00+01:00');
  t.deepEqual(windowsNeeded(nights, noon, 3 * hourMs), {
    windows: 1,
    areNights: true,
    endsAtMs: at('2026-11-28T01:00+01:00'),
  });
  t.deepEqual(windowsNeeded(nights, noon, 8 * hourMs), {
    windows: 1,
    areNights: true,
    endsAtMs: at('2026-11-28T06:00+01:00'),
  });
  t.deepEqual(windowsNeeded(nights, noon, 20 * hourMs), {
    windows: 3,
    areNights: true,
    endsAtMs: at('2026-11-30T02:00+01:00'),
  });
  const late = at('2026-11-27T04:00+01:00');
  t.deepEqual(windowsNeeded(nights, late, 3 * hourMs), {
    windows: 2,
    areNights: true,
    endsAtMs: at('2026-11-27T23:00+01:00'),
  });
});

test('hours are checked', (t) => {
  for (const hours of ['22:00-06:00', '9:00-17:30', '00:00-24:00', '22:00 - 06:00', 'always'])
    t.is(hoursProblem(hours), undefined, hours);
  for (const hours of ['', '22-6', '25:00-06:00', '22:00-24:30', '22:60-06:00', '22:00-06:00-07:00'])
    t.is(hoursProblem(hours), 'is not two times, such as 22:00-06:00', hours);
  t.regex(hoursProblem('06:00-06:00') ?? '', /empty window/);
  t.true(isTimeZone('UTC'));
  t.false(isTimeZone('Europe/Atlantis'));
});

test('instants of every half hour of two years are found again, in zones with and without changes', (t) => {
  for (const zone of ['Europe/Berlin', 'America/St_Johns', 'Asia/Kathmandu', 'UTC', 'Australia/Lord_Howe']) {
    let before = 0;
    for (
      let day = localDay(zone, at('2026-01-01T12:00Z'));
      day < localDay(zone, at('2027-12-31T12:00Z'));
      day += 3
    ) {
      for (let minutes = 0; minutes < 1440; minutes += 210) {
        const instant = firstInstant(zone, day, minutes);
        if (instant < before) return t.fail(`${zone} ${day} ${minutes}`);
        before = instant;
      }
    }
  }
  t.pass();
});
