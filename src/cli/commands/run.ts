/** `wildstyle run`: creates the dataset of a job. @module */
import { resolve } from 'node:path';
import { outputPaths } from '../../dataset/output-paths.js';
import { asWildstyleError } from '../../errors.js';
import { thisProcess } from '../../files/lock/process-identity.js';
import { loadJob } from '../../job/load.js';
import type { Job } from '../../job/schema.js';
import { type Shard, shardText } from '../../plan/shard.js';
import { printable } from '../../printable.js';
import type { LiveServer } from '../../report/live/live-server.js';
import { describePlan } from '../../run/describe.js';
import type { RunLimits } from '../../run/limits/deadline.js';
import { type Outcome, runHook } from '../../run/notify/hooks.js';
import { openRunLog, type RunLog } from '../../run/notify/log.js';
import { findPendingWork } from '../../run/preparing/pending-work.js';
import { type Prepared, prepare } from '../../run/preparing/prepare.js';
import type { RunEvent } from '../../run/progress/events.js';
import type { Progress } from '../../run/progress/progress.js';
import { runPlan } from '../../run/run.js';
import type { CommandBody } from '../command-list.js';
import { exitCodes } from '../failure.js';
import { limitsOf } from '../options/limit-options.js';
import { type JobArguments, overridesOf, withJobOptions } from '../options/options.js';
import { type RunOptionArguments, withRunOptions } from '../options/run-options.js';
import { assertSameCount, readShard } from '../options/shard-option.js';
import { planText } from '../plan-text.js';
import { openForUser } from '../terminal/open-file.js';
import { print } from '../terminal/output.js';
import { progressLine, progressView } from '../terminal/progress-bar.js';
import { type StopSignals, stopSignals } from '../terminal/signals.js';
import { eventText, failureFilter, resultText } from '../text/run-text.js';

interface RunArguments extends JobArguments, RunOptionArguments {
  readonly dryRun?: boolean;
  readonly shard?: string;
  readonly view?: boolean;
}

const stoppedText = 'Stopped immediately. Finished images are kept. Run the same command again to resume.';

export const runCommand: CommandBody<RunArguments> = {
  builder: (yargs) =>
    withRunOptions(withJobOptions(yargs))
      .option('dry-run', { type: 'boolean', describe: 'Show what would be created, then exit' })
      .option('shard', {
        type: 'string',
        requiresArg: true,
        describe: 'Make one of several parts: 0/3, or auto or auto/3 on a cluster; then merge',
      })
      .option('view', { type: 'boolean', describe: 'Show the run live in the browser' }) as never,
  async handler(args) {
    // Before anything that takes time.
    const signals = stopSignals();
    signals.onAsked(() => print('Starting.'));
    // No item is in progress yet, so the first signal can exit.
    const exit = () => process.exit(exitCodes.stopped);
    signals.drain.addEventListener('abort', exit);
    const limits = limitsOf(args, Date.now());
    const shard = args.shard === undefined ? undefined : readShard(args.shard, process.env);
    const job = await loadJob(args.job, { overrides: overridesOf(args, resolve) });
    if (shard && args.shard === 'auto') await assertSameCount(job.output.root, shard);
    if (args.dryRun) {
      signals.dispose();
      await showPlan(job, args);
      return;
    }
    const place = shard ? { root: job.output.root, shard } : job.output.root;
    const log = await openRunLog({
      file: args.logFile ?? outputPaths(place).log,
      isGiven: args.logFile !== undefined,
    });
    log.note(
      'start',
      {
        job: job.file,
        folder: job.output.root,
        ...(shard && { shard: shardText(shard) }),
        process: thisProcess(),
      },
      'start',
    );
    process.exitCode = await noted(job, shard, log, async (outcome) => {
      const prepared = await prepare(job);
      signals.drain.removeEventListener('abort', exit);
      const tell = progressView(process.stdout).print;
      for (const warning of prepared.warnings) tell(`note: ${warning}`);
      for (const { path, code } of prepared.inventory.problems) tell(`left out: ${path} (${code})`);
      const live = args.view ? await openLiveView(job.output.root, tell) : undefined;
      try {
        return await runWithView(prepared, { ...args, limits, part: shard, log, outcome }, signals);
      } finally {
        await live?.close();
      }
    });
  },
};

/** Serves the live view of a run, and opens it on a terminal. The module is loaded for it alone. */
async function openLiveView(root: string, tell: (text: string) => void): Promise<LiveServer> {
  const { serveLive } = await import('../../report/live/live-server.js');
  const server = await serveLive(root);
  tell(`View: ${server.url}`);
  if (process.stdout.isTTY) openForUser(server.url);
  return server;
}

/** Shows what a run would do. Fails where a run would fail, but prints the plan first: it may help explain the error. */
async function showPlan(job: Job, args: RunArguments): Promise<void> {
  const prepared = await prepare(job);
  const remaining = await findPendingWork(prepared, args).catch((error) => {
    print(planText(describePlan(prepared)));
    throw error;
  });
  print(planText(describePlan(prepared, { remaining })));
}

type TellOutcome = (outcome: Outcome) => void;

/** Does a run, writes its end to the log, and calls the command that the job has for it. */
async function noted(
  job: Job,
  shard: Shard | undefined,
  log: RunLog,
  work: (tell: TellOutcome) => Promise<number>,
): Promise<number> {
  let outcome: Outcome | undefined;
  try {
    return await work((told) => {
      outcome = told;
    });
  } catch (error) {
    outcome = { error: asWildstyleError(error) };
    throw error;
  } finally {
    if (outcome?.error) log.fail(outcome.error);
    else if (outcome) log.end(outcome.result);
    const problem = outcome && (await runHook(job, outcome, shard));
    if (problem) {
      log.note('hook-failed', {}, problem);
      process.stderr.write(printable(`wildstyle: ${problem}\n`));
    }
  }
}

interface RunParts {
  readonly limits: RunLimits;
  readonly part: Shard | undefined;
  readonly log: RunLog;
  readonly outcome: TellOutcome;
}

async function runWithView(
  prepared: Prepared,
  { extend, retryFailed, limits, part, log, outcome }: RunArguments & RunParts,
  signals: StopSignals,
): Promise<number> {
  const view = progressView(process.stdout);
  const isShownAlready = failureFilter((text) => view.print(text));
  let isMeasuring = false;
  let latest: Progress | undefined;
  signals.onAsked(() => view.print(latest ? progressLine(latest) : 'Starting.'));
  let isFinishing = false;
  const onEvent = (event: RunEvent): void => {
    log.see(event);
    if (event.type === 'estimating') isMeasuring = true;
    if (event.type === 'estimate' || event.type === 'inestimable') isMeasuring = false;
    if (event.type === 'progress') latest = event.progress;
    if (event.type === 'progress' && !isMeasuring) view.update(event.progress);
    if (event.type === 'failed' && isShownAlready(event.record)) return;
    if (event.type === 'finishing' || event.type === 'exporting') isFinishing = true;
    const text = eventText(event);
    if (text) view.print(text);
  };
  // While finishing, no worker is running and files are published atomically, so exiting is safe.
  signals.drain.addEventListener('abort', () => {
    if (isFinishing)
      view.print('Writing the manifest, contact sheet and exports. Press Ctrl-C again to stop immediately.');
  });
  signals.abandon.addEventListener('abort', () => {
    if (!isFinishing) return;
    view.stop();
    print(stoppedText);
    process.exit(exitCodes.stopped);
  });
  try {
    const result = await runPlan(prepared, {
      ...(extend && { extend }),
      ...(retryFailed && { retryFailed }),
      limits,
      ...(part && { shard: part }),
      drain: signals.drain,
      abandon: signals.abandon,
      onEvent,
    });
    view.stop();
    outcome({ result });
    print(resultText(result, part));
    if (result.status === 'stopped') return exitCodes.stopped;
    return result.tooManyFailures ? exitCodes.failures : exitCodes.complete;
  } catch (error) {
    view.stop();
    if (!signals.abandon.aborted) throw error;
    print(stoppedText);
    return exitCodes.stopped;
  } finally {
    signals.dispose();
  }
}
