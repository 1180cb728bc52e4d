/** The scheduler as a process in the foreground. @module */
import { relative } from 'node:path';
import { Cron } from 'croner';
import { formatInstant, localZone } from '../../../calendar/zone.js';
import { startRun } from '../../../run/schedule/run-process.js';
import { JobReader, jobFiles } from '../../../run/schedule/scan.js';
import { type ScheduleEvent, Scheduler } from '../../../run/schedule/scheduler.js';
import { exitCodes, reportFailure } from '../../failure.js';
import { print } from '../../terminal/output.js';
import { stopSignals } from '../../terminal/signals.js';

/** How often the job files are looked at. */
const lookPattern = '*/10 * * * * *';

/** Runs jobs until it is told to stop, or, if wished, until nothing is left. @returns the exit code */
export async function runScheduler(places: readonly string[], untilDone: boolean): Promise<number> {
  const reader = new JobReader();
  let files = await jobFiles(places);
  const scheduler = new Scheduler({
    now: Date.now,
    async scan() {
      // A folder that is away for a moment has not lost its jobs.
      files = await jobFiles(places).catch(() => files);
      return reader.read(files);
    },
    start: ({ file }) => startRun([process.execPath, process.argv[1], 'run', file]),
    onEvent: tell,
  });
  const signals = stopSignals();
  const stopped = new Promise<void>((resolve) => signals.drain.addEventListener('abort', () => resolve()));
  let settle = () => {};
  const done = new Promise<void>((resolve) => {
    settle = resolve;
  });
  const tick = async () => {
    await scheduler.tick();
    if (untilDone && scheduler.isDone) settle();
  };
  print(`Scheduling ${places.join(', ')}. Press Ctrl-C to stop.`);
  await tick();
  const look = new Cron(lookPattern, { protect: true }, tick);
  await Promise.race([stopped, done]);
  look.stop();
  if (signals.drain.aborted && scheduler.running)
    print('Stopping: waiting for the run to finish its images.');
  // A second signal ends the run at once.
  signals.abandon.addEventListener('abort', () => scheduler.hurry());
  await scheduler.close();
  signals.dispose();
  const states = scheduler.states.map(({ status }) => status);
  if (states.includes('waiting')) return exitCodes.stopped;
  return states.includes('failed') ? exitCodes.failures : exitCodes.complete;
}

function tell(event: ScheduleEvent): void {
  const at = formatInstant(localZone(), Date.now());
  if (event.type === 'broken') {
    print(`${at}  ${shown(event.broken.file)}: not a valid job; waiting for a change`);
    reportFailure(event.broken.error, process.stderr);
    return;
  }
  const { priority, file } = event.job;
  const name = shown(file);
  if (event.type !== 'ended') {
    const more = event.type === 'added' || event.type === 'changed' ? ` (priority ${priority})` : '';
    print(`${at}  ${name}: ${event.type}${more}`);
    return;
  }
  const { end, state } = event;
  const next = state.status === 'waiting' ? 'continues later' : state.status;
  print(`${at}  ${name}: ended with ${end.exitCode ?? 'a signal'}; ${next}`);
}

const shown = (file: string): string => relative(process.cwd(), file) || file;
