/**
 * The log of a run: a line of JSON for each event. It is advice, like the status: a run continues if it cannot be written.
 * @module
 */
import { appendFileSync, existsSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Logger } from 'pino';
import { WildstyleError } from '../../errors.js';
import { packageVersion } from '../../version.js';
import type { RunEvent, RunResult } from '../progress/events.js';

/** Where a log goes. */
export interface LogPlace {
  readonly file: string;
  /** Whether somebody asked for this file. Otherwise lines wait until a run has created the folder. */
  readonly isGiven: boolean;
}

/** An open log. */
export interface RunLog {
  /** Adds a line with the facts of a job or a command. */
  readonly note: (event: string, facts: object, message: string) => void;
  /** Adds a line for an event of a run. Progress has one line a minute. */
  readonly see: (event: RunEvent) => void;
  readonly end: (result: RunResult) => void;
  readonly fail: (error: WildstyleError) => void;
}

const progressEveryMs = 60_000;
/** A log that is larger moves to `<name>.1` when the next run begins. */
const rotateAtBytes = 10 * 2 ** 20;
const mostWaiting = 1000;

/** Events that tell of trouble. */
const warnings: ReadonlySet<string> = new Set([
  'failed',
  'lost',
  'damaged',
  'space',
  'dropping',
  'waiting',
  'overviews-missing',
  'records-lost',
  'worker',
]);

/**
 * Opens a log. Lines are appended.
 * @throws `output-unwritable` if a given file cannot be written
 */
export async function openRunLog(place: LogPlace, now: () => number = Date.now): Promise<RunLog> {
  const { pino } = await import('pino');
  const target = new LogTarget(place);
  if (place.isGiven) target.create();
  const logger: Logger = pino(
    {
      base: { pid: process.pid, version: packageVersion() },
      timestamp: () => `,"time":"${new Date(now()).toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
    },
    { write: (line: string) => target.write(line) },
  );
  let progressMs = Number.NEGATIVE_INFINITY;
  return {
    note: (event, facts, message) => logger.info({ ...facts, event }, message),
    see(event) {
      if (event.type === 'progress') {
        if (now() - progressMs < progressEveryMs) return;
        progressMs = now();
      }
      const level = warnings.has(event.type) ? 'warn' : 'info';
      logger[level]({ ...factsOf(event), event: event.type });
    },
    end({ status, stoppedBy, counts, elapsedMs, tooManyFailures }) {
      const { items, complete, failed, pending, errors } = counts;
      const facts = {
        status,
        stoppedBy,
        items,
        complete,
        failed,
        pending,
        errors,
        elapsedMs,
        tooManyFailures,
      };
      logger[tooManyFailures ? 'error' : 'info']({ ...facts, event: 'end' });
    },
    fail: ({ code, message, cure }) => logger.error({ event: 'error', code, cure }, message),
  };
}

/** The facts of an event, without what is large. */
function factsOf(event: RunEvent): object {
  switch (event.type) {
    case 'begin': {
      const { done, allocation, workload } = event;
      const { items, stylized, steps } = workload;
      return { done, items, stylized, steps, ...allocation };
    }
    case 'progress':
      return { ...event.progress, workers: event.workers };
    case 'failed': {
      const { id, sources, error, attempts } = event.record;
      return { id, image: sources.content?.path, code: error.code, message: error.message, attempts };
    }
    default: {
      const { type: _, ...facts } = event;
      return facts;
    }
  }
}

/** Appends lines to a file, as soon as its folder exists. */
class LogTarget {
  #waiting: string[] = [];
  #isOpen = false;

  constructor(private readonly place: LogPlace) {}

  /** Creates the file. @throws `output-unwritable` */
  create(): void {
    const { file } = this.place;
    try {
      mkdirSync(dirname(file), { recursive: true });
      this.#open();
    } catch (cause) {
      const { message } = cause as Error;
      throw new WildstyleError('output-unwritable', `${file}: the log cannot be written: ${message}`, {
        cause,
      });
    }
  }

  write(line: string): void {
    if (this.#waiting.length < mostWaiting) this.#waiting.push(line);
    try {
      if (!this.#isOpen && !existsSync(dirname(this.place.file))) return;
      this.#open();
      appendFileSync(this.place.file, this.#waiting.join(''));
      this.#waiting = [];
    } catch {
      // The disk may be full, which the run itself will notice.
    }
  }

  #open(): void {
    if (this.#isOpen) return;
    const { file } = this.place;
    if (existsSync(file) && statSync(file).size > rotateAtBytes) renameSync(file, `${file}.1`);
    appendFileSync(file, '');
    this.#isOpen = true;
  }
}
