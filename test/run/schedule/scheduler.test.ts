import test from 'ava';
import { type WindowInput, windowsOf } from '../../../src/calendar/window.js';
import { severityOf, WildstyleError } from '../../../src/errors.js';
import type { RunEnd, ScheduledJob } from '../../../src/run/schedule/queue.js';
import type { BrokenJob } from '../../../src/run/schedule/scan.js';
import { type ScheduleEvent, Scheduler } from '../../../src/run/schedule/scheduler.js';

type End = Omit<RunEnd, 'wasStopped'>;

/** A scheduler with a clock that tests set, and runs that end when they say so. */
class World {
  nowMs = 0;
  jobs: ScheduledJob[] = [];
  broken: BrokenJob[] = [];
  readonly told: string[] = [];
  readonly #ends = new Map<string, (end: End) => void>();
  readonly scheduler = new Scheduler({
    now: () => this.nowMs,
    scan: async () => ({ jobs: this.jobs, broken: this.broken }),
    start: ({ file }) => ({
      stop: () => this.told.push(`stop ${file}`),
      ended: new Promise((resolve) => this.#ends.set(file, resolve)),
    }),
    onEvent: (event) => this.#note(event),
  });

  #note(event: ScheduleEvent): void {
    if (event.type === 'started' || event.type === 'changed' || event.type === 'removed')
      this.told.push(`${event.type} ${event.job.file}`);
    if (event.type === 'broken') this.told.push(`broken ${event.broken.file}`);
    if (event.type === 'ended') this.told.push(`ended ${event.job.file}: ${event.state.status}`);
  }

  /** @returns when the scheduler wants to be asked again */
  async at(text: string): Promise<string> {
    this.nowMs = Date.parse(text);
    const atMs = await this.scheduler.tick();
    return Number.isFinite(atMs) ? new Date(atMs).toISOString() : 'never';
  }

  /** Ends a run. */
  async end(file: string, exitCode: number | null, errorCode?: string): Promise<void> {
    this.#ends.get(file)?.({ exitCode, errorCode });
    // The end is noticed after a few turns of the event loop.
    for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
  }

  /** Returns what happened since the last call. */
  news(): string[] {
    return this.told.splice(0);
  }
}

function job(file: string, window: WindowInput = 'always', more: Partial<ScheduledJob> = {}): ScheduledJob {
  return { file, digest: '1', priority: 0, windows: windowsOf(window), output: `/out/${file}`, ...more };
}

const night: WindowInput = { hours: '22:00-06:00', timeZone: 'Europe/Berlin' };

test('a job starts when its window opens, goes on the next night, and is done', async (t) => {
  const world = new World();
  world.jobs = [job('a', night)];
  t.is(await world.at('2026-11-27T12:00:00+01:00'), '2026-11-27T21:00:00.000Z');
  t.deepEqual(world.news(), []);
  await world.at('2026-11-27T22:00:00+01:00');
  t.deepEqual(world.news(), ['started a']);
  // The run ends with its window.
  world.nowMs = Date.parse('2026-11-28T05:58:00+01:00');
  await world.end('a', 75);
  t.deepEqual(world.news(), ['ended a: waiting']);
  t.is(await world.at('2026-11-28T05:59:00+01:00'), '2026-11-28T21:00:00.000Z', 'not in the last minutes');
  await world.at('2026-11-28T23:30:00+01:00');
  await world.end('a', 0);
  t.deepEqual(world.news(), ['started a', 'ended a: complete']);
  t.true(world.scheduler.isDone);
  t.is(await world.at('2026-11-29T22:00:00+01:00'), 'never');
});

test('across midnight and both changes of the clock, jobs start at the hour on the wall', async (t) => {
  const cases: readonly [night: WindowInput, from: string, opens: string][] = [
    // Clocks go forward at 2:00 on March 29 and back at 3:00 on October 25.
    [night, '2026-03-28T12:00:00+01:00', '2026-03-28T21:00:00.000Z'],
    [night, '2026-03-29T12:00:00+02:00', '2026-03-29T20:00:00.000Z'],
    [night, '2026-10-24T12:00:00+02:00', '2026-10-24T20:00:00.000Z'],
    [night, '2026-10-25T12:00:00+01:00', '2026-10-25T21:00:00.000Z'],
    // Times that are skipped, or come twice.
    [
      { hours: '02:30-05:00', timeZone: 'Europe/Berlin' },
      '2026-03-29T00:00:00+01:00',
      '2026-03-29T01:00:00.000Z',
    ],
    [
      { hours: '02:30-05:00', timeZone: 'Europe/Berlin' },
      '2026-10-25T00:00:00+02:00',
      '2026-10-25T00:30:00.000Z',
    ],
    [
      { hours: '00:00-24:00', days: ['sat'], timeZone: 'UTC' },
      '2026-11-27T12:00:00Z',
      '2026-11-28T00:00:00.000Z',
    ],
  ];
  for (const [window, from, opens] of cases) {
    const world = new World();
    world.jobs = [job('a', window)];
    t.is(await world.at(from), opens, from);
    await world.at(new Date(Date.parse(opens) - 1000).toISOString());
    t.deepEqual(world.news(), [], `a second before ${opens}`);
    await world.at(opens);
    t.deepEqual(world.news(), ['started a'], opens);
  }
});

test('one at a time, in order of priority; a more important one takes the place of another', async (t) => {
  const world = new World();
  world.jobs = [job('a'), job('b', 'always', { priority: 5 }), job('c', night, { priority: 9 })];
  await world.at('2026-11-27T21:00:00+01:00');
  t.deepEqual(world.news(), ['started b']);
  await world.at('2026-11-27T21:30:00+01:00');
  t.deepEqual(world.news(), []);
  await world.at('2026-11-27T22:00:00+01:00');
  await world.at('2026-11-27T22:00:10+01:00');
  t.deepEqual(world.news(), ['stop b'], 'it is told once');
  await world.end('b', 75);
  t.deepEqual(world.news(), ['ended b: waiting', 'started c']);
  await world.end('c', 0);
  t.deepEqual(world.news(), ['ended c: complete', 'started b']);
  await world.end('b', 0);
  t.deepEqual(world.news(), ['ended b: complete', 'started a']);
});

test('two jobs with one output folder never run at the same time', async (t) => {
  const world = new World();
  world.jobs = [job('a', 'always', { output: '/out' }), job('b', 'always', { output: '/out' })];
  await world.at('2026-11-27T12:00:00Z');
  await world.at('2026-11-27T12:00:10Z');
  t.deepEqual(world.news(), ['started a']);
  await world.end('a', 0);
  t.deepEqual(world.news(), ['ended a: complete', 'started b']);
});

test('files that are new, changed, removed or broken', async (t) => {
  const world = new World();
  world.jobs = [job('a')];
  await world.at('2026-11-27T12:00:00Z');
  world.jobs = [job('a', 'always', { digest: '2' }), job('b')];
  await world.at('2026-11-27T12:01:00Z');
  t.deepEqual(world.news(), ['started a', 'changed a']);
  await world.end('a', 0);
  t.deepEqual(world.news(), ['ended a: complete', 'started a'], 'it had changed meanwhile');
  world.broken = [{ file: 'c', digest: '1', error: new WildstyleError('job-syntax', 'no') }];
  await world.at('2026-11-27T12:02:00Z');
  await world.at('2026-11-27T12:03:00Z');
  t.deepEqual(world.news(), ['broken c'], 'once');
  world.jobs = [job('b')];
  await world.at('2026-11-27T12:04:00Z');
  t.deepEqual(world.news(), ['removed a', 'stop a']);
  await world.end('a', 75);
  t.deepEqual(world.news(), ['ended a: waiting', 'started b']);
  await world.end('b', 2);
  t.deepEqual(world.news(), ['ended b: failed']);
  t.true(world.scheduler.isDone);
  world.jobs = [job('b', 'always', { digest: '2' })];
  await world.at('2026-11-27T12:05:00Z');
  t.deepEqual(world.news(), ['changed b', 'started b']);
});

test('what fails for a while is tried again, with growing pauses', async (t) => {
  const world = new World();
  world.jobs = [job('a')];
  let at = await world.at('2026-11-27T12:00:00Z');
  const pauses: number[] = [];
  for (const [exitCode, code] of [
    [75, 'disk-full'],
    [75, undefined],
    [severityOf('output-in-use').exitCode, 'output-in-use'],
    [null, undefined],
    [75, undefined],
    [75, undefined],
    [75, undefined],
    [75, undefined],
  ] as const) {
    t.deepEqual(world.news().at(-1), 'started a');
    await world.end('a', exitCode, code);
    at = await world.at(new Date(world.nowMs).toISOString());
    pauses.push((Date.parse(at) - world.nowMs) / 60_000);
    await world.at(at);
  }
  t.deepEqual(pauses, [1, 2, 4, 8, 16, 32, 60, 60]);
});

test('closing stops what runs, waits for it, and starts nothing more', async (t) => {
  const world = new World();
  world.jobs = [job('a'), job('b')];
  await world.at('2026-11-27T12:00:00Z');
  let closed = false;
  const closing = world.scheduler.close().then(() => {
    closed = true;
  });
  await new Promise((resolve) => setImmediate(resolve));
  t.false(closed);
  await world.end('a', 75);
  await closing;
  await world.at('2026-11-27T13:00:00Z');
  t.deepEqual(world.news(), ['started a', 'stop a', 'ended a: waiting']);
});
