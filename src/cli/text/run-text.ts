/** What a run tells: its events and its result, in words. @module */
import { relative } from 'node:path';
import { formatInstant, localZone } from '../../calendar/zone.js';
import type { FailedRecord } from '../../dataset/ledger/record.js';
import { type Shard, shardText } from '../../plan/shard.js';
import { memoryWarnings } from '../../run/describe.js';
import type { EngineChoice } from '../../run/engines/engine-choice.js';
import type { MissingOverviews } from '../../run/finish/overviews.js';
import type { RunEvent, RunResult, StopCause } from '../../run/progress/events.js';
import { formatBytes, formatDuration, formatEstimate, windowsNeededText } from '../format.js';
import { onProcessorText } from './on-processor.js';

const mostFailuresShown = 5;

/**
 * Returns a function that decides whether to hide a failure: repeated ones, and all but the first few, because a folder
 * may be full of bad images.
 */
export function failureFilter(print: (text: string) => void): (record: FailedRecord) => boolean {
  const [failures, dropped] = [new Set<string>(), new Set<string>()];
  return (record) => {
    const reported = isDropped(record) ? dropped : failures;
    const failure = failureText(record);
    if (reported.has(failure) || reported.size > mostFailuresShown) return true;
    reported.add(failure);
    if (reported.size <= mostFailuresShown) return false;
    print(`${outcomeOf(record)}: more images. manifest.jsonl will list all of them.`);
    return true;
  };
}

/** The gate leaves an image out, as the job says. */
const isDropped = ({ error }: FailedRecord): boolean => error.code === 'label-lost';

const outcomeOf = (record: FailedRecord): string => (isDropped(record) ? 'dropped' : 'failed');

/** Most messages already start with the image path. */
function failureText({ sources, error }: FailedRecord): string {
  const path = sources.content?.path ?? '';
  return error.message.startsWith(`${path}:`) ? error.message : `${path}: ${error.message}`;
}

export function eventText(event: RunEvent): string | undefined {
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
      const batchText = batch > 1 ? `, up to ${batch} images of one shape per batch` : '';
      return `${doneText}Making ${makes} with ${count(workers, 'worker')}, ${count(threads, 'thread')} each${batchText}.`;
    }
    case 'choosing':
      return 'Choosing the engine ...';
    case 'engine':
      return [`Engine: ${engineText(event)}.`, event.faster && fasterText(event.faster)]
        .filter(Boolean)
        .join(' ');
    case 'filling':
      return 'Measuring how many images fill the GPU ...';
    case 'placement': {
      const text = onProcessorText(event.onProcessor);
      return text && `note: ${text}.`;
    }
    case 'estimating':
      return 'Measuring a few steps ...';
    case 'estimate':
      return [
        `Estimate: ${formatEstimate(event.seconds * 1000)} and ${formatBytes(event.bytes)}.`,
        ...(event.windows ? [`Window: ${windowsNeededText(event.windows)}.`] : []),
        ...memoryWarnings(event).map((warning) => `note: ${warning}`),
      ].join('\n');
    case 'failed':
      return `${outcomeOf(event.record)}: ${failureText(event.record)}`;
    case 'worker':
      return event.reason === 'out-of-memory'
        ? `note: A worker ran out of memory (${event.end}). Continuing with ${count(event.workers, 'worker')} and up to ${count(event.batch, 'image')} per batch.`
        : undefined;
    case 'lost': {
      const { files } = event;
      const shown = files.slice(0, 3).join(', ') + (files.length > 3 ? ', ...' : '');
      return `note: ${count(files.length, 'image')} from earlier jobs ${files.length === 1 ? 'is' : 'are'} missing, and this job cannot recreate ${files.length === 1 ? 'it' : 'them'}: ${shown}`;
    }
    case 'damaged': {
      const { lines } = event;
      const shown = lines.slice(0, 3).join(', ') + (lines.length > 3 ? ', ...' : '');
      return `note: ${count(lines.length, 'line')} in the journals ${lines.length === 1 ? 'is' : 'are'} damaged (${shown}). What they recorded is remade.`;
    }
    case 'space':
      return `note: The dataset needs about ${formatBytes(event.neededBytes)}, and ${formatBytes(event.freeBytes)} are free. If the disk runs full, the run stops and can be resumed.`;
    case 'records-lost':
      return `note: manifest.jsonl is lost or altered, and so is its copy in .wildstyle. Nothing else says which bytes an image should have, so ${
        event.kept === 0 ? 'all images' : `all images but ${event.kept}`
      } move to .wildstyle/set-aside and are remade.`;
    case 'overviews-missing':
      return overviewsMissingText(event);
    case 'waiting':
      return 'Another run left its lock here and shows no sign of life. Watching it for 20 seconds before taking over ...';
    case 'draining':
      return `Stopping${reasonText(event.cause, event.atMs)}: finishing the images in progress. Press Ctrl-C again to stop immediately.`;
    case 'dropping':
      return 'Time is up: giving up the images in progress. The next run will make them.';
    case 'exporting':
      return `Exporting to ${event.format} ...`;
    default:
      return undefined;
  }
}

/** Tells which overviews were left out, and why. */
export const overviewsMissingText = ({ files, reason }: MissingOverviews): string =>
  `note: No space for ${files.join(' and ')} (${reason}). The dataset does not need ${files.length === 1 ? 'it' : 'them'}; the next run adds what is missing.`;

const reasons: Readonly<Record<StopCause, string>> = {
  signal: '',
  window: 'the window ends',
  until: '--until',
  'max-runtime': '--max-runtime',
  'max-images': '--max-images',
};

function reasonText(cause: StopCause, atMs: number | undefined): string {
  const parts = [reasons[cause], atMs === undefined ? '' : formatInstant(localZone(), atMs)];
  const text = parts.filter((part) => part !== '').join(', ');
  return text === '' ? '' : ` (${text})`;
}

/** Returns what a run prints at its end. @param shard the part that it made, if not everything */
export function resultText(result: RunResult, shard?: Shard): string {
  const { status, stoppedBy, counts, root, contactSheet, report, exports, elapsedMs } = result;
  const folder = relative(process.cwd(), root) || '.';
  const { complete, stylized, originals, failed, errors, pending, vanished } = counts;
  const part = shard ? `Shard ${shardText(shard)}: ` : '';
  const lines = [
    `${part}${count(complete, 'image')} in ${folder}: ${stylized} stylized, ${count(originals, 'original')}.`,
  ];
  if (status === 'nothing')
    lines.unshift(`Nothing to do: ${failed > 0 ? 'no images are pending' : 'all images exist'}.`);
  else lines.push(`Time: ${formatDuration(elapsedMs)}.`);
  const { 'label-lost': dropped = 0, ...failures } = errors;
  const where = shard ? 'wildstyle status' : `${folder}/manifest.jsonl`;
  if (dropped > 0)
    lines.push(
      `${count(dropped, 'image')} left out by the gate (label-lost), as the job says; see ${where}. Running the same job again gives the same result.`,
    );
  if (failed > dropped) {
    const kinds = Object.entries(failures).map(([code, number]) => `${number} ${code}`);
    lines.push(
      `${failed - dropped} failed (${kinds.join(', ')}); see ${where}. To retry, run again with --retry-failed. If you replaced input images, add --extend.`,
    );
  }
  const stopped = stoppedBy && reasonText(stoppedBy, undefined);
  if (pending > 0)
    lines.push(`${count(pending, 'image')} left${stopped ?? ''}. Run the same command again to resume.`);
  if (shard && pending === 0) lines.push(`When all shards are done: wildstyle merge ${folder}`);
  if (exports.written.length > 0)
    lines.push(`Exported to ${exports.written.join(', ')} in ${folder}/exports.`);
  if (exports.left.length > 0)
    lines.push(`Not exported yet: ${exports.left.join(', ')}. Run the same command again to resume.`);
  if (vanished) {
    const what =
      vanished === 1
        ? 'annotated object is outside of its image'
        : 'annotated objects are outside of their images';
    lines.push(`note: ${vanished} ${what}; see \`vanished\` in manifest.jsonl.`);
  }
  if (contactSheet) lines.push(`Contact sheet: ${relative(process.cwd(), contactSheet)}`);
  if (report) lines.push(`Report: ${relative(process.cwd(), report)}`);
  return lines.join('\n');
}

const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? '' : 's'}`;

const engineText = ({ engine, device, precision }: EngineChoice): string =>
  `${engine} on ${device}, ${precision}`;

const fasterText = (faster: EngineChoice): string =>
  `The existing images were made with it; ${engineText(faster)}, would be faster here, in a new output folder.`;
