/** `wildstyle run`: creates the dataset of a job. @module */
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
const stoppedText = 'Stopped immediately. Finished images are kept. Run the same command again to resume.';

export const runCommand: CommandModule<object, RunArguments> = {
  command: 'run <job>',
  describe: 'Create the dataset of a job; resumes if interrupted',
  builder: (yargs) =>
    withJobOptions(yargs)
      .option('dry-run', { type: 'boolean', describe: 'Show what would be created, then exit' })
      .option('extend', { type: 'boolean', describe: 'Add to a dataset that a different job created' })
      .option('retry-failed', { type: 'boolean', describe: 'Retry failed images' }) as never,
  async handler(args) {
    const job = await loadJob(args.job, { overrides: overridesOf(args, resolve) });
    const signals = stopSignals();
    // No item is in progress yet, so the first signal can exit.
    const exit = () => process.exit(exitCodes.stopped);
    signals.drain.addEventListener('abort', exit);
    const prepared = await prepare(job);
    signals.drain.removeEventListener('abort', exit);
    if (args.dryRun) {
      signals.dispose();
      // Fails where a run would fail, but prints the plan first: it may help explain the error.
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
  // While finishing, no worker is running and files are published atomically, so exiting is safe.
  signals.drain.addEventListener('abort', () => {
    if (isFinishing)
      view.print('Writing the manifest and contact sheet. Press Ctrl-C again to stop immediately.');
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

/**
 * Returns a function that decides whether to hide a failure: repeated ones, and all but the first few, because a folder
 * may be full of bad images.
 */
function failureFilter(print: (text: string) => void): (record: FailedRecord) => boolean {
  const reported = new Set<string>();
  return (record) => {
    const failure = failureText(record);
    if (reported.has(failure) || reported.size > mostFailuresShown) return true;
    reported.add(failure);
    if (reported.size <= mostFailuresShown) return false;
    print('failed: more images. manifest.jsonl will list all of them.');
    return true;
  };
}

/** Most messages already start with the image path. */
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
      const makes = [
        ...(workload.stylized > 0 ? [count(workload.stylized, 'stylized image')] : []),
        ...(originals > 0 ? [count(originals, 'original')] : []),
      ].join(' and ');
      const doneText = done > 0 ? `${count(done, 'image')} already ${done === 1 ? 'exists' : 'exist'}. ` : '';
      const batchText = batch > 1 ? `, up to ${batch} small images per batch` : '';
      return `${doneText}Making ${makes} with ${count(workers, 'worker')}, ${count(threads, 'thread')} each${batchText}.`;
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
      return `note: ${count(files.length, 'image')} from earlier jobs ${files.length === 1 ? 'is' : 'are'} missing, and this job cannot recreate ${files.length === 1 ? 'it' : 'them'}: ${shown}`;
    }
    case 'draining':
      return 'Stopping: finishing the images in progress. Press Ctrl-C again to stop immediately.';
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
    lines.unshift(`Nothing to do: ${failed > 0 ? 'no images are pending' : 'all images exist'}.`);
  else lines.push(`Time: ${formatDuration(elapsedMs)}.`);
  if (failed > 0) {
    const kinds = Object.entries(errors).map(([code, number]) => `${number} ${code}`);
    lines.push(
      `${failed} failed (${kinds.join(', ')}); see ${folder}/manifest.jsonl. To retry, run again with --retry-failed. If you replaced input images, add --extend.`,
    );
  }
  if (pending > 0) lines.push(`${count(pending, 'image')} left. Run the same command again to resume.`);
  if (contactSheet) lines.push(`Contact sheet: ${relative(process.cwd(), contactSheet)}`);
  return lines.join('\n');
}

const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? '' : 's'}`;
