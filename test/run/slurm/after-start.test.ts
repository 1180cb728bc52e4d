import test from 'ava';
import { windowsOf } from '../../../src/calendar/window.js';
import { severityOf } from '../../../src/errors.js';
import {
  afterStart,
  type EndedRun,
  type EndedStart,
  mostSetbacks,
  worstCode,
} from '../../../src/run/slurm/after-start.js';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
/** A Friday. */
const noonMs = Date.parse('2026-11-27T12:00Z');
const nights = windowsOf([
  { hours: '22:00-06:00', days: ['fri'], timeZone: 'America/New_York' },
  { hours: '12:00-13:00', timeZone: 'Asia/Tokyo' },
]);

const done: EndedRun = { exitCode: 0, errorCode: undefined };
const failures: EndedRun = { exitCode: 1, errorCode: undefined };
const invalid: EndedRun = { exitCode: 2, errorCode: 'job-invalid' };
const stopped: EndedRun = { exitCode: 75, errorCode: undefined };
const full: EndedRun = { exitCode: 75, errorCode: 'disk-full' };
const outside: EndedRun = { exitCode: 75, errorCode: 'outside-window' };

const after = (runs: EndedRun[], changes: Partial<EndedStart> = {}, nowMs = noonMs) =>
  afterStart(
    { runs, notStarted: 0, wasTold: false, made: 5, setbacks: 0, windows: undefined, ...changes },
    nowMs,
  );

test('runs that have ended by themselves end the job with the worst exit code', (t) => {
  t.deepEqual(after([done, done]), { type: 'end', exitCode: 0 });
  t.deepEqual(after([done, failures, done]), { type: 'end', exitCode: 1 });
  t.deepEqual(after([invalid, failures]), { type: 'end', exitCode: 2 });
  t.is(worstCode([failures, stopped]), 75, 'what is left is worse than what has failed');
  t.is(worstCode([stopped, { exitCode: null, errorCode: undefined }]), 137);
  t.is(worstCode([]), 0);
});

test('what Slurm has stopped goes on at once, with the shards that it did not come to', (t) => {
  t.deepEqual(after([done, stopped], { wasTold: true }), { type: 'again', atMs: noonMs, setbacks: 0 });
  t.deepEqual(after([done], { wasTold: true, notStarted: 2 }), { type: 'again', atMs: noonMs, setbacks: 0 });
  t.deepEqual(after([done], { wasTold: true }), { type: 'end', exitCode: 0 }, 'it was told too late');
  t.like(after([{ exitCode: null, errorCode: undefined }]), { type: 'again' }, 'a run that was killed');
  t.like(
    after([{ exitCode: severityOf('output-in-use').exitCode, errorCode: 'output-in-use' }]),
    { type: 'again' },
    'the start before has not ended',
  );
});

test('outside of its windows a job waits for the next one, whatever their zones and days', (t) => {
  const again = (nowMs: number) => after([outside], { windows: nights, made: 0 }, nowMs);
  t.deepEqual(again(noonMs), { type: 'again', atMs: Date.parse('2026-11-28T03:00Z'), setbacks: 1 });
  // Tokyo's noon of Saturday is in the night of New York; the next after it is that of Sunday.
  t.deepEqual(again(Date.parse('2026-11-28T11:30Z')), {
    type: 'again',
    atMs: Date.parse('2026-11-29T03:00Z'),
    setbacks: 1,
  });
});

test('a run that ends with its window, or with a limit of its own, has used it', (t) => {
  const friday = Date.parse('2026-11-28T10:50Z');
  t.deepEqual(after([stopped], { windows: nights }, friday), {
    type: 'again',
    atMs: Date.parse('2026-11-29T03:00Z'),
    setbacks: 0,
  });
  t.deepEqual(
    after([stopped], { windows: nights, wasTold: true }, friday),
    { type: 'again', atMs: friday, setbacks: 0 },
    'a time limit has not',
  );
});

test('trouble waits longer each time, not into a closed window, and is given up in the end', (t) => {
  const delays = Array.from({ length: mostSetbacks - 1 }, (_, setbacks) => {
    const next = after([full], { made: 0, setbacks });
    return next.type === 'again' ? [(next.atMs - noonMs) / minuteMs, next.setbacks] : next;
  });
  t.deepEqual(delays, [
    [2, 1],
    [4, 2],
    [8, 3],
    [16, 4],
    [32, 5],
    [60, 6],
    [60, 7],
  ]);
  t.deepEqual(after([done, full], { made: 0, setbacks: 7 }), {
    type: 'give-up',
    setbacks: 8,
    errorCode: 'disk-full',
  });
  t.deepEqual(after([full], { made: 1, setbacks: 7 }), {
    type: 'again',
    atMs: noonMs + 2 * minuteMs,
    setbacks: 0,
  });
  const killed = { exitCode: null, errorCode: undefined };
  const nightMs = Date.parse('2026-11-28T04:00Z');
  t.like(after([killed], { windows: nights }, nightMs), { atMs: nightMs + 2 * minuteMs }, 'not its window');
  const lateMs = Date.parse('2026-11-28T10:59Z');
  t.like(after([full], { made: 0, windows: nights }, lateMs), { atMs: Date.parse('2026-11-29T03:00Z') });
  t.like(after([full], { made: 0, windows: nights }, lateMs - hourMs), {
    atMs: lateMs - hourMs + 2 * minuteMs,
  });
});

test('a time limit or a window that is too short for an image is given up, too', (t) => {
  t.like(after([stopped], { wasTold: true, made: 0, setbacks: 6 }), { type: 'again', setbacks: 7 });
  t.deepEqual(after([stopped], { wasTold: true, made: 0, setbacks: 7 }), {
    type: 'give-up',
    setbacks: 8,
    errorCode: undefined,
  });
  t.like(after([outside], { windows: nights, made: 0, setbacks: 7 }), {
    type: 'give-up',
    errorCode: 'outside-window',
  });
});
