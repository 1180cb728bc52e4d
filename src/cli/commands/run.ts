/** `wildstyle run`: makes the dataset of a job. @module */
import { relative, resolve } from 'node:path';
import type { CommandModule } from 'yargs';
import type { FailedRecord } from '../../dataset/ledger/record.js';
import { loadJob } from '../../job/load.js';
import { describePlan, memoryWarnings } from '../../run/describe.js';
import type { RunEvent, RunResult } from '../../run/events.js';
import { findPendingWork } from '../../run/pending-work.js';
import { type Prepared, prepare } from '../../run/prepare.js';
import { runPlan } from '../../run/run.js';
import { exitCodes } from '../failure.js';
import { formatBytes, formatDuration, formatEstimate } from '../format.js';
import { type JobArguments, overridesOf, withJobOptions } from '../options.js';
import { print } from '../output.js';
import { planText } from '../plan-text.js';
import { progressView } from '../progress-bar.js';
import { type StopSignals, stopSignals } from '../signals.js';

interface RunArguments extends JobArguments {
  readonly dryRun?: boolean;
  readonly extend?: boolean;
  readonly retryFailed?: boolean;
}

const mostFailuresShown = 5;
const stoppedText = 'Stopped at once. Finished images are kept; run again to go on.';

export const runCommand: CommandModule<object, RunArguments> = {
  command: 'run <job>',
  describe: 'Make the dataset of a job; run again to go on after a stop',
  builder: (yargs) =>
    withJobOptions(yargs)
      .option('dry-run', { type: 'boolean', describe: 'Show what would be made, and stop' })
      .option('extend', { type: 'boolean', describe: 'Add to a folder that another job made' })
      .option('retry-failed', { type: 'boolean', describe: 'Try failed images again' }) as never,
  async handler(args) {
    const job = await loadJob(args.job, { overrides: overridesOf(args, resolve) });
    const signals = stopSignals();
    // Until items are made there is nothing to finish.
    const leave = () => process.exit(exitCodes.stopped);
    signals.drain.addEventListener('abort', leave);
    const prepared = await prepare(job);
    signals.drain.removeEventListener('abort', leave);
    if (args.dryRun) {
      signals.dispose();
      // What a run would refuse is refused, after what may help to see why.
      const remaining = await findPendingWork(prepared, args).catch((error) => {
        print(planText(describePlan(prepared)));
        throw error;
      });
      print(planText(describePlan(prepared, { remaining })));
      return;
    }
    for (const warning of prepared.warnings) print(`note: ${warning}`);
    for (const { path, code } of prepared.inventory.problems) print(`left out: ${path} (${code})`);
    process.exitCode = await runWithView(prepared, args, signals);
  },
};

async function runWithView(
  prepared: Prepared,
  { extend, retryFailed }: RunArguments,
  signals: StopSignals,
): Promise<number> {
  const view = progressView(process.stdout);
  const isShownAlready = failureFilter((text) => view.print(text));
  let isMeasuring = false;
  let isFinishing = false;
  const onEvent = (event: RunEvent): void => {
    if (event.type === 'estimating') isMeasuring = true;
    if (event.type === 'estimate' || event.type === 'inestimable') isMeasuring = false;
    if (event.type === 'progress' && !isMeasuring) view.update(event.progress);
    if (event.type === 'failed' && isShownAlready(event.record)) return;
    if (event.type === 'finishing') isFinishing = true;
    const text = eventText(event);
    if (text) view.print(text);
  };
  // By then no worker is left to be stopped: what is written is whole or not there, so that one may leave.
  signals.drain.addEventListener('abort', () => {
    if (isFinishing)
      view.print('Writing manifest and contact sheet, then done. Press Ctrl-C again to stop at once.');
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
      drain: signals.drain,
      abandon: signals.abandon,
      onEvent,
    });
    view.stop();
    print(resultText(result));
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

/** Every image that fails is told once, and no more than a few: a folder may be full of them. */
function failureFilter(print: (text: string) => void): (record: FailedRecord) => boolean {
  const told = new Set<string>();
  return (record) => {
    const failure = failureText(record);
    if (told.has(failure) || told.size > mostFailuresShown) return true;
    told.add(failure);
    if (told.size <= mostFailuresShown) return false;
    print('failed: more images, which are not shown here; manifest.jsonl will say which.');
    return true;
  };
}

/** Most messages begin with the image that they are about. */
function failureText({ sources, error }: FailedRecord): string {
  const path = sources.content?.path ?? '';
  return error.message.startsWith(`${path}:`) ? error.message : `${path}: ${error.message}`;
}

function eventText(event: RunEvent): string | undefined {
  switch (event.type) {
    case 'begin': {
      const { workload, done, allocation } = event;
      const { workers, threads, batch } = allocation;
      const originals = workload.items - workload.stylized;
      const doneText = done > 0 ? `${done} ${done === 1 ? 'image is' : 'images are'} there already. ` : '';
      const together = batch > 1 ? `, up to ${batch} small images together` : '';
      return `${doneText}To make: ${count(workload.stylized, 'stylized image')} and ${count(originals, 'original')}, by ${count(workers, 'worker')} with ${count(threads, 'thread')} each${together}.`;
    }
    case 'estimating':
      return 'Measuring a few steps ...';
    case 'estimate':
      return [
        `Estimate: ${formatEstimate(event.seconds * 1000)} and ${formatBytes(event.bytes)}.`,
        ...memoryWarnings(event).map((warning) => `note: ${warning}`),
      ].join('\n');
    case 'failed':
      return `failed: ${failureText(event.record)}`;
    case 'lost': {
      const { files } = event;
      const shown = files.slice(0, 3).join(', ') + (files.length > 3 ? ', ...' : '');
      return `note: ${count(files.length, 'image')} of earlier jobs ${files.length === 1 ? 'is' : 'are'} gone, and this job does not make them: ${shown}`;
    }
    case 'draining':
      return 'Stopping: the images in work are finished first. Press Ctrl-C again to stop at once.';
    default:
      return undefined;
  }
}

function resultText({ status, counts, root, contactSheet, elapsedMs }: RunResult): string {
  const folder = relative(process.cwd(), root) || '.';
  const { complete, stylized, originals, failed, errors, pending } = counts;
  const lines = [
    `${count(complete, 'image')} in ${folder}: ${stylized} stylized, ${count(originals, 'original')}.`,
  ];
  if (status === 'nothing')
    lines.unshift(`Nothing to do: everything this job ${failed > 0 ? 'could make' : 'makes'} is there.`);
  else lines.push(`Time: ${formatDuration(elapsedMs)}.`);
  if (failed > 0) {
    const kinds = Object.entries(errors).map(([code, number]) => `${number} ${code}`);
    lines.push(
      `${failed} failed (${kinds.join(', ')}); ${folder}/manifest.jsonl says why. --retry-failed tries again, with --extend where images were replaced.`,
    );
  }
  if (pending > 0)
    lines.push(`${pending} ${pending === 1 ? 'is' : 'are'} left: run the same command again to go on.`);
  if (contactSheet) lines.push(`Contact sheet: ${relative(process.cwd(), contactSheet)}`);
  return lines.join('\n');
}

const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? '' : 's'}`;
